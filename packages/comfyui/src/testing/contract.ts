/** What Safelight relies on of any ComfyUI, as tests: run against the simulator and against real hosts. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { createHostClient } from '../client/create-host-client.ts'
import type { HostClient } from '../client/types.ts'
import { PromptRejected } from '../errors.ts'
import { DEFAULT_TIMINGS } from '../session/timings.ts'
import {
  INPUT_PICTURES,
  loadingWorkflow,
  longWorkflow,
  loopWorkflow,
  pictureWorkflow,
  renamed,
  sentWorkflow,
  tickingWorkflow,
} from './contract-graphs.ts'
import type { PromptSession } from './session.ts'
import { startSession } from './session.ts'

const PNG = [0x89, 0x50, 0x4e, 0x47]

/** Messages of progress, in whatever dialect. */
function ticks(session: PromptSession): number {
  return session.messageTypes().filter((type) => type.includes('progress')).length
}

/** @param url of the host, asked for when a test runs */
export function testContract(url: () => string): void {
  /** Durations as in production, but for the poll; whatever still runs after the test is canceled. */
  function start(options: Parameters<typeof startSession>[1]): PromptSession {
    const session = startSession(url(), {
      timings: { ...DEFAULT_TIMINGS, pollMs: 200 },
      hearOut: true,
      ...options,
    })
    onTestFinished(async () => {
      session.abort('cancel')
      await Promise.allSettled([session.end])
    })
    return session
  }
  const connect = (): HostClient => createHostClient(url())

  it('says its version, and what it can do follows from it', async () => {
    const client = connect()
    const { version } = await client.systemStats()
    expect(version).toMatch(/^\d+\.\d+\.\d+/)
    expect(await client.features()).toMatchObject({ version })
  })

  it('describes its node classes', async () => {
    const { classes } = await connect().objectInfo()
    expect(classes['SaveImage']).toMatchObject({ output: true })
    expect(classes['SaveImage']?.required).toContain('images')
    expect(classes['EmptyImage']).toMatchObject({ output: false, outputs: 1 })
  })

  it('runs a workflow and hands out the picture it lists', async () => {
    const client = connect()
    const session = start({ client, workflow: pictureWorkflow() })
    const end = await session.end
    expect(end).toMatchObject({ outcome: 'succeeded', outputs: [{ node_id: '3', type: 'output' }] })
    expect(session.messageTypes()[0]).toBe('execution_start')
    expect(session.messageTypes()).toContain('executed')

    const file = end.outcome === 'succeeded' ? end.outputs[0] : undefined
    const view = await client.view(file ?? { node_id: '', filename: '', subfolder: '', type: '' })
    const bytes = new Uint8Array(await new Response(view.body).arrayBuffer())
    expect([...bytes.subarray(0, 4)]).toEqual(PNG)
    expect(view).toMatchObject({ contentType: 'image/png', size: bytes.length })
  })

  it('tells of progress, and sends each picture of SaveImageWebsocket as a preview', async () => {
    const session = start({ workflow: tickingWorkflow(3) })
    expect(await session.end).toMatchObject({ outcome: 'succeeded', outputs: [] })
    expect(session.messageTypes().filter((type) => type === 'preview')).toHaveLength(3)
    expect(ticks(session)).toBeGreaterThan(1)
  })

  it('runs a loop to its end, where the host has loops', async () => {
    const client = connect()
    const hasLoops = 'StartLoop' in (await client.objectInfo()).classes
    const end = await start({ client, workflow: loopWorkflow() }).end.catch(
      (error: unknown) => error,
    )
    const file = { node_id: '5', type: 'output' }
    expect(end).toMatchObject(
      hasLoops ? { outcome: 'succeeded', outputs: [file, file, file] } : { nodeErrors: {} },
    )
  })

  it('refuses a graph and says of which node', async () => {
    const { '3': save, ...rest } = pictureWorkflow()
    const inputs = { filename_prefix: 'contract/never' }
    const workflow = { ...rest, '3': { class_type: save?.class_type ?? '', inputs } }
    const refusal = await start({ workflow }).end.catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(PromptRejected)
    expect(refusal).toMatchObject({
      reason: 'prompt_outputs_failed_validation',
      nodeErrors: { 3: { class_type: 'SaveImage', errors: [{ type: 'required_input_missing' }] } },
    })
  })

  it('loads a file that it was given, what takes its place, and refuses one that it does not have', async () => {
    const client = connect()
    const name = `safelight-${randomUUID()}.png`
    const refusal = await start({ client, workflow: loadingWorkflow(name) }).end.catch(
      (error: unknown) => error,
    )
    expect(refusal).toMatchObject({
      nodeErrors: {
        1: {
          class_type: 'LoadImage',
          errors: [
            {
              type: 'custom_validation_failed',
              details: `image - Invalid image file: ${name}`,
              extra_info: { input_name: 'image' },
            },
          ],
        },
      },
    })
    expect(await client.inputSize(name)).toBeNull()

    const made: unknown[] = []
    for (const picture of INPUT_PICTURES) {
      const body = Readable.from([picture])
      expect(await client.upload({ name, size: picture.byteLength, body })).toBe(name)
      expect(await client.inputSize(name)).toBe(picture.byteLength)
      const end = await start({ client, workflow: loadingWorkflow(name) }).end
      expect(end).toMatchObject({ outcome: 'succeeded', outputs: [{ node_id: '2' }] })
      made.push(end.outcome === 'succeeded' ? end.outputs[0]?.filename : null)
    }
    // not the first one's, out of its cache
    expect(new Set(made).size).toBe(INPUT_PICTURES.length)
    expect(await client.upload({ name, size: 0, body: Readable.from([]) })).toBe(name)
    expect(await client.inputSize(name)).toBe(0)
  })

  it('keeps a judged history under our mark until told to forget it', async () => {
    const client = connect()
    const session = start({ client, workflow: pictureWorkflow() })
    const { promptId } = await session.end
    const entry = await client.history(promptId ?? '')
    expect(entry).toMatchObject({ outcome: 'succeeded', clientId: session.promptId })
    expect(entry?.outputNodes).toEqual(['3'])
    expect((await client.recentHistory(1))[0]).toMatchObject({ promptId })
    await client.forget(['nobody', promptId ?? ''])
    expect(await client.history(promptId ?? '')).toBeNull()
  })

  it('answers a repeated workflow from its cache, with the files of the first time', async () => {
    const workflow = pictureWorkflow()
    const first = await start({ workflow }).end
    const again = start({ workflow })
    const second = await again.end
    const outputs = 'outputs' in first ? first.outputs : []
    expect(outputs).toHaveLength(1)
    expect(second).toEqual({
      ...first,
      promptId: second.promptId,
      outputs: outputs.map((file) => ({ ...file, reused: true })),
    })
    expect(second.promptId).not.toBe(first.promptId)
    expect(again.updates).toContainEqual({
      type: 'message',
      message: {
        type: 'execution_cached',
        promptId: second.promptId,
        nodes: expect.arrayContaining(['1', '2', '3']),
      },
    })
  })

  it('names cached outputs by the nodes of the graph that ran, not of the one they were made for', async () => {
    const workflow = sentWorkflow('04-subgraph-colon-ids')
    // an id of ours for another node, and one that we do not have
    const others = renamed(workflow, { '12': '007', '40:38': '12' })
    await start({ workflow: others }).end
    const session = start({ workflow })
    const end = await session.end
    const files = end.outcome === 'succeeded' ? end.outputs : []
    expect(Object.fromEntries(files.map(({ node_id, type }) => [node_id, type]))).toEqual({
      '12': 'output',
      '40:38': 'temp',
    })
    const shown = session.updates.flatMap((update) =>
      update.type === 'message' && update.message.type === 'executed'
        ? [update.message.displayNode]
        : [],
    )
    expect(new Set(shown)).toEqual(new Set(['12', '40:38']))
  })

  it('cancels a pending prompt and leaves the running one alone', async () => {
    const client = connect()
    const { classes } = await client.objectInfo()
    const running = start({ client, workflow: longWorkflow(classes) })
    await expect.poll(() => running.messageTypes(), { timeout: 10_000 }).toContain('executing')
    const pending = start({ client, workflow: pictureWorkflow() })
    await expect.poll(() => pending.has('submitted')).toBe(true)
    pending.abort('cancel')
    expect(await pending.end).toMatchObject({ outcome: 'canceled', outputs: [] })
    const queue = await client.queue()
    expect(queue.running.map((item) => item.clientId)).toEqual([running.promptId])
    expect(queue.pending).toEqual([])
  })

  it('cancels a running prompt', async () => {
    const client = connect()
    const session = start({ client, workflow: longWorkflow((await client.objectInfo()).classes) })
    await expect.poll(() => ticks(session), { timeout: 10_000 }).toBeGreaterThan(1)
    session.abort('cancel')
    const end = await session.end
    expect(end).toMatchObject({ outcome: 'canceled' })
    expect(await client.history(end.promptId ?? '')).toMatchObject({ outcome: 'canceled' })
  })

  it('lets a second life adopt what the first submitted, and hear the rest of it', async () => {
    const client = connect()
    const workflow = longWorkflow((await client.objectInfo()).classes)
    const promptId = randomUUID()
    const first = start({ client, workflow, promptId })
    await expect.poll(() => first.messageTypes(), { timeout: 10_000 }).toContain('executing')
    first.abort('drain')
    const detached = await first.end
    expect(detached).toMatchObject({ outcome: 'detached' })

    const second = start({ client, workflow, promptId })
    await expect
      .poll(() => second.updates)
      .toContainEqual({
        type: 'submitted',
        promptId: detached.promptId,
        adopted: true,
        outputNodes: expect.any(Array),
        nodeErrors: {},
      })
    await expect.poll(() => ticks(second), { timeout: 10_000 }).toBeGreaterThan(1)
    second.abort('cancel')
    expect(await second.end).toMatchObject({ outcome: 'canceled', promptId: detached.promptId })
  })
}
