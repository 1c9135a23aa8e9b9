/** What 0.45 is read to do beside loops; no recording stands behind this. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { isRecord, type Json } from './record.ts'
import { slowSteps, textToImage } from './testing/graphs.ts'
import { openTestSocket, type TestSocket } from './testing/test-socket.ts'
import { filesOf, type Visitor } from './testing/visitor.ts'
import { until } from './testing/wait.ts'
import { isRunning, withSimulator } from './testing/with-simulator.ts'

const SIMULATOR = { dialect: '0.45' } as const
const SAVED = slowSteps(2, 0)

async function listen(url: string): Promise<{ socket: TestSocket; client_id: string }> {
  const client_id = randomUUID()
  return { socket: await openTestSocket(url, client_id), client_id }
}

/** What was said about a prompt, up to its end. */
async function hear(visitor: Visitor, url: string, { graph, ...more }: Json) {
  const { socket, client_id } = await listen(url)
  const promptId = await visitor.submit(graph, { client_id, ...more })
  await visitor.finished(promptId)
  const messages = () =>
    socket.messages.filter(({ data }) => isRecord(data) && data['prompt_id'] === promptId)
  const isOver = () =>
    messages().some(({ type, data }) => type === 'executing' && isRecord(data) && !data['node'])
  await until(isOver, () => 'its end was not told')
  const dataOf = (type: string): Json[] =>
    messages().flatMap(({ type: given, data }) => (given === type && isRecord(data) ? [data] : []))
  return { promptId, messages: messages(), dataOf }
}

it('says what it is and can do', async () => {
  await withSimulator(SIMULATOR, async (visitor) => {
    expect((await visitor.get('/system_stats')).json).toMatchObject({
      system: { comfyui_version: '0.45.2' },
    })
    expect((await visitor.get('/features')).json).toMatchObject({
      assets: true,
      partner_run_gate_enabled: false,
      local_web_sso: true,
      partner_node_token: true,
    })
  })
})

it('says of each file what it shows and how large, in messages and in history', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const { promptId, dataOf } = await hear(visitor, url, { graph: SAVED })
    const item = {
      filename: 'slow_00001_.png',
      subfolder: '',
      type: 'output',
      metadata: { kind: 'image', width: 16, height: 16 },
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      preview_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    }
    const [executed] = dataOf('executed')
    expect(executed?.['output']).toEqual({ images: [item] })
    const entry = await visitor.finished(promptId)
    expect(entry['outputs']).toEqual({ '3': executed?.['output'] })
  })
})

it('says of a film how long it is', async () => {
  await withSimulator(SIMULATOR, async (visitor) => {
    const image = { width: 16, height: 16, batch_size: 6, color: 0 }
    const entry = await visitor.finished(
      await visitor.submit({
        '1': { class_type: 'EmptyImage', inputs: image },
        '2': { class_type: 'CreateVideo', inputs: { images: ['1', 0], fps: 12 } },
        '3': {
          class_type: 'SaveVideo',
          inputs: { video: ['2', 0], filename_prefix: 'film', format: 'auto', codec: 'auto' },
        },
      }),
    )
    expect(filesOf(entry)[0]).toMatchObject({
      metadata: { kind: 'video', width: 16, height: 16, duration: 0.5, fps: 12, frame_count: 6 },
    })
  })
})

it('gives a file new ids each time it is listed from the cache, once per run', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const first = await hear(visitor, url, { graph: SAVED })
    const second = await hear(visitor, url, { graph: SAVED })
    const itemOf = ({ dataOf }: typeof first) => {
      const executed = dataOf('executed')
      expect(executed).toHaveLength(1)
      return filesOf({ outputs: { '3': executed[0]?.['output'] } })[0]
    }
    const [before, after] = [itemOf(first), itemOf(second)]
    expect(after).toMatchObject({ filename: before?.['filename'], metadata: before?.['metadata'] })
    expect(after?.['id']).not.toBe(before?.['id'])
    expect(after?.['preview_id']).not.toBe(before?.['preview_id'])
    const [stored] = filesOf(await visitor.finished(second.promptId))
    expect(stored).toEqual(after)
  })
})

it('says that a model is loading, in one more message that moves nothing', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const { dataOf } = await hear(visitor, url, { graph: textToImage({ text: 'sea', seed: 1 }) })
    const loader = dataOf('progress_state')
      .map(({ nodes }) => (isRecord(nodes) ? nodes['4'] : undefined))
      .filter(isRecord)
    const shown = loader.map(({ value, max, state, activity }) => [value, max, state, activity])
    expect(shown.slice(0, 3)).toEqual([
      [0, 1, 'running', undefined],
      [0, 1, 'running', 'loading'],
      [1, 1, 'finished', undefined],
    ])
    const again = await hear(visitor, url, { graph: textToImage({ text: 'sky', seed: 2 }) })
    expect(JSON.stringify(again.dataOf('progress_state'))).not.toContain('loading')
  })
})

it('repeats what a client calls its workflow in every message of the prompt, its own words first', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const workflow_metadata = { workflow_id: 'w1', node: 'mine' }
    const { promptId, messages } = await hear(visitor, url, {
      graph: SAVED,
      workflow_metadata,
      extra_data: { workflow_metadata: { workflow_id: 'smuggled' } },
    })
    expect(messages.map(({ data }) => isRecord(data) && data['workflow_id'])).toEqual(
      messages.map(() => 'w1'),
    )
    const executing = messages.filter(({ type }) => type === 'executing')
    expect(executing.every(({ data }) => isRecord(data) && data['node'] !== 'mine')).toBe(true)
    const { prompt } = await visitor.finished(promptId)
    expect(Array.isArray(prompt) && prompt[3]).toMatchObject({ workflow_metadata })
    const next = await hear(visitor, url, { graph: slowSteps(3, 0) })
    expect(JSON.stringify(next.messages)).not.toContain('w1')
  })
})

it('repeats it in previews, too', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const { socket, client_id } = await listen(url)
    socket.say({ type: 'feature_flags', data: { supports_preview_metadata: true } })
    await socket.ping()
    const more = { client_id, workflow_metadata: { workflow_id: 'w1' } }
    await visitor.finished(await visitor.submit(textToImage({ text: 'sea', seed: 1 }), more))
    await socket.ping()
    const [preview] = socket.previews
    expect(preview).toMatchObject({ workflow_id: 'w1', node_id: '3', image_type: 'image/jpeg' })
  })
})

it.each([
  ['longer than 256 characters', { note: 'x'.repeat(256) }],
  ['no object', ['w1']],
])('drops what a client calls its workflow when it is %s', async (_why, workflow_metadata) => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const { promptId } = await hear(visitor, url, { graph: SAVED, workflow_metadata })
    const { prompt } = await visitor.finished(promptId)
    expect(JSON.stringify(prompt)).not.toContain('workflow_metadata')
  })
})

it('asks for an image only when it runs, and refuses its absence in the name of no input', async () => {
  await withSimulator(SIMULATOR, async (visitor) => {
    const { json: info } = await visitor.get('/object_info/LoadImage')
    expect(info).toMatchObject({ LoadImage: { input: { optional: { image: [[], {}] } } } })
    expect(JSON.stringify(info)).not.toContain('required')
    for (const inputs of [{}, { image: '' }]) {
      const prompt = {
        '1': { class_type: 'LoadImage', inputs },
        '2': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
      }
      const { status, json } = await visitor.post('/prompt', { prompt })
      expect(status).toBe(400)
      expect(json['node_errors']).toMatchObject({
        '1': { errors: [{ type: 'custom_validation_failed', extra_info: {} }] },
      })
      expect(JSON.stringify(json['node_errors'])).not.toContain('input_name')
    }
  })
})

it.each([
  ['0.45', ['3'], []],
  ['0.33.0', ['3'], ['1', '2']],
] as const)(
  'as %s with memory short, runs of what leads to a cached output %j %j',
  async (...row) => {
    const [dialect, cached, ran] = row
    await withSimulator({ dialect }, async (visitor, simulator) => {
      await hear(visitor, simulator.url, { graph: SAVED })
      simulator.faults.set({ cacheEvicts: true })
      const { dataOf } = await hear(visitor, simulator.url, { graph: SAVED })
      expect(dataOf('execution_cached')[0]?.['nodes']).toEqual(cached)
      const nodes = dataOf('executing').map(({ node }) => node)
      expect(nodes).toEqual([...ran, null])
      expect(dataOf('executed')).toHaveLength(1)
    })
  },
)

it('counts who asks for all node classes at once', async () => {
  await withSimulator(SIMULATOR, async (visitor, simulator) => {
    await visitor.get('/object_info/SaveImage')
    expect(simulator.described()).toBe(0)
    await visitor.get('/object_info')
    await visitor.get('/api/object_info')
    expect(simulator.described()).toBe(2)
    expect((await visitor.get('/_simulator/requests')).json).toEqual({ object_info: 2 })
  })
})

it('shows the graph of a job that still runs', async () => {
  await withSimulator({ ...SIMULATOR, speed: 1 }, async (visitor, simulator) => {
    const promptId = await visitor.submit(slowSteps(1000, 0.01))
    await until(
      () => isRunning(simulator),
      () => 'nothing ran',
    )
    const { json } = await visitor.get(`/api/jobs/${promptId}`)
    expect(json).toMatchObject({ workflow: { prompt: { '3': { class_type: 'SaveImage' } } } })
  })
})
