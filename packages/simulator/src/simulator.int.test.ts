/** What a simulated ComfyUI does beyond the recordings. */
import { randomUUID } from 'node:crypto'
import { PNG } from 'pngjs'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { toBuffer } from './delivery/delivery.ts'
import { isRecord } from './record.ts'
import { slowSteps, textToImage } from './testing/graphs.ts'
import { openTestSocket } from './testing/test-socket.ts'
import { createVisitor, filesOf } from './testing/visitor.ts'
import { until } from './testing/wait.ts'
import { isRunning, withSimulator } from './testing/with-simulator.ts'
import { startSimulator } from './simulator.ts'

async function makePicture(text: string, seed: number): Promise<Buffer> {
  let bytes: Buffer = Buffer.alloc(0)
  await withSimulator({}, async (visitor) => {
    const entry = await visitor.finished(await visitor.submit(textToImage({ text, seed })))
    const [file] = filesOf(entry)
    if (file) bytes = await visitor.download(file)
  })
  return bytes
}

it('draws the same bytes for the same workflow on any server, and others for another seed or prompt', async () => {
  const first = await makePicture('a lighthouse at dusk', 7)
  expect(PNG.sync.read(first)).toMatchObject({ width: 64, height: 64 })
  expect((await makePicture('a lighthouse at dusk', 7)).equals(first)).toBe(true)
  const pixels = PNG.sync.read(first).data
  expect(PNG.sync.read(await makePicture('a lighthouse at dusk', 8)).data.equals(pixels)).toBe(
    false,
  )
  expect(PNG.sync.read(await makePicture('a forest at night', 7)).data.equals(pixels)).toBe(false)
})

it('answers an expanding output from the cache with nothing at all', async () => {
  const image = ['1', 0]
  const white = { content: 'WHITE', height: 8, width: 8, batch_size: 1 }
  const sleeps = { sleep1: 0.1, sleep2: 0.1, sleep3: 0.1 }
  const expanding = {
    '1': { class_type: 'StubImage', inputs: white },
    '2': {
      class_type: 'TestParallelSleep',
      inputs: { image1: image, image2: image, image3: image, ...sleeps },
    },
  }
  await withSimulator({}, async (visitor, simulator) => {
    await visitor.finished(await visitor.submit(expanding))
    const client_id = randomUUID()
    const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/ws?clientId=${client_id}`)
    const messages: string[] = []
    socket.on('message', (data) => messages.push(toBuffer(data).toString()))
    await new Promise((resolve) => socket.once('open', resolve))
    const again = await visitor.finished(await visitor.submit(expanding, { client_id }))
    await until(
      () => messages.some((text) => text.includes('"node": null')),
      () => messages.join('\n'),
    )
    socket.close()
    expect(again['outputs']).toEqual({})
    const executed = messages.filter((text) => text.includes('"type": "executed"'))
    expect(executed).toEqual([expect.stringContaining('"output": null')])
    expect(messages.some((text) => text.includes('"executing", "data": {"node": "2'))).toBe(false)
  })
})

it('lists a cached output under its own id, and in meta as the node it was made for', async () => {
  const graph = (id: string) => ({
    '1': { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 1 } },
    [id]: { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
  })
  await withSimulator({}, async (visitor) => {
    const client_id = randomUUID()
    const first = await visitor.finished(await visitor.submit(graph('007'), { client_id }))
    const again = await visitor.finished(await visitor.submit(graph('40:38'), { client_id }))
    expect(filesOf(again)).toEqual(filesOf(first))
    expect(again['meta']).toEqual({
      '40:38': expect.objectContaining({ node_id: '007', display_node: '007' }),
    })
  })
})

it('sends pictures over the socket as whole PNG frames, and keeps no file of them', async () => {
  const graph = {
    '1': { class_type: 'EmptyImage', inputs: { width: 24, height: 16, batch_size: 3, color: 255 } },
    '2': { class_type: 'SaveImageWebsocket', inputs: { images: ['1', 0] } },
  }
  await withSimulator({}, async (visitor, simulator) => {
    const client_id = randomUUID()
    const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/ws?clientId=${client_id}`)
    const frames: Buffer[] = []
    socket.on('message', (data, isBinary) => {
      if (isBinary) frames.push(toBuffer(data))
    })
    await new Promise((resolve) => socket.once('open', resolve))
    const entry = await visitor.finished(await visitor.submit(graph, { client_id }))
    await until(
      () => frames.length === 3,
      () => `${frames.length} frames`,
    )
    socket.close()
    expect(entry['outputs']).toEqual({})
    expect(frames.map((frame) => [frame.readUInt32BE(0), frame.readUInt32BE(4)])).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
    expect(PNG.sync.read(frames[0]?.subarray(8) ?? Buffer.alloc(0))).toMatchObject({
      width: 24,
      height: 16,
    })
  })
})

it('wants a canonical UUID as a prompt id when it is new, and takes anything when it is old', async () => {
  await withSimulator({ dialect: '0.33.0' }, async (visitor) => {
    const refused = await visitor.post('/prompt', { prompt: slowSteps(1, 0), prompt_id: 'mine' })
    expect(refused).toMatchObject({ status: 400, json: { error: { type: 'invalid_prompt_id' } } })
    expect(await visitor.submit(slowSteps(1, 0), { prompt_id: null })).toMatch(/^[0-9a-f-]{36}$/)
  })
  await withSimulator({ dialect: '0.3.64' }, async (visitor) => {
    expect(await visitor.submit(slowSteps(1, 0), { prompt_id: 'mine' })).toBe('mine')
    expect(await visitor.submit(slowSteps(1, 0), { prompt_id: null })).toBe('None')
  })
  await withSimulator({ dialect: '0.3.34' }, async (visitor) => {
    expect(await visitor.submit(slowSteps(1, 0), { prompt_id: 'mine' })).not.toBe('mine')
  })
})

it('answers broken JSON with a plain 500, and offers every route under /api too', async () => {
  await withSimulator({}, async (visitor) => {
    expect(await visitor.post('/prompt', '{"prompt":')).toMatchObject({ status: 500, json: {} })
    expect(await visitor.post('/api/prompt', {})).toMatchObject({
      status: 400,
      json: { error: { type: 'no_prompt' } },
    })
    expect((await visitor.get('/api/system_stats')).json['system']).toMatchObject({
      comfyui_version: '0.33.0',
    })
  })
})

it('loads a checkpoint slowly once, and again after its memory was freed', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    const client_id = randomUUID()
    const socket = await openTestSocket(simulator.url, client_id)
    const sea = textToImage({ text: 'sea', seed: 1, steps: 1 })
    /** The nodes that begin while whatever takes time is held, up to the one that stands still. */
    const begun = async (standing: string): Promise<unknown[]> => {
      simulator.faults.set({ held: true })
      const promptId = await visitor.submit(sea, { client_id })
      const nodes = () =>
        socket.messages.flatMap(({ type, data }) =>
          type === 'executing' && isRecord(data) && data['prompt_id'] === promptId
            ? [data['node']]
            : [],
        )
      await until(
        () => nodes().includes(standing),
        () => `begun: ${String(nodes())}`,
      )
      for (let n = 0; n < 5; n += 1) await socket.ping()
      const seen = nodes()
      simulator.faults.set({ held: false })
      await visitor.finished(promptId)
      // another prompt in between, so that nothing comes from the cache of results
      await visitor.finished(await visitor.submit(slowSteps(1, 0)))
      return seen
    }
    const [loader, encoder] = ['4', '7']
    expect(await begun(loader)).not.toContain(encoder)
    expect(await begun(encoder)).toContain(loader)
    await visitor.post('/free', { unload_models: true })
    expect(await begun(loader)).not.toContain(encoder)
    await socket.close()
  })
})

it('closes in the middle of a prompt and leaves nothing behind', async () => {
  const held = (): string[] =>
    process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name))
  const before = held().length
  const simulator = await startSimulator({ speed: 1 })
  const visitor = createVisitor(simulator.url)
  await visitor.submit(slowSteps(1000, 1))
  const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/ws?clientId=${randomUUID()}`)
  await new Promise((resolve) => socket.once('open', resolve))
  await until(
    () => isRunning(simulator),
    () => 'nothing ran',
  )
  expect(simulator.sockets()).toHaveLength(1)
  const cut = new Promise((resolve) => socket.once('close', resolve))
  await simulator.close()
  await cut
  await until(
    () => held().length <= before,
    () => `still held: ${held().join(', ')}`,
  )
  await expect(fetch(simulator.url)).rejects.toThrow('fetch failed')
})
