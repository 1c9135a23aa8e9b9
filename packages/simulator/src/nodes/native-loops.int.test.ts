/** ComfyUI's own loops as 0.45 is read to run them; no recording stands behind this. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { isRecord, type Json, readText } from '../record.ts'
import { nestedLoop, savingLoop } from '../testing/graphs.ts'
import { openTestSocket, type TestSocket } from '../testing/test-socket.ts'
import { filesOf, type Visitor } from '../testing/visitor.ts'
import { until } from '../testing/wait.ts'
import { withSimulator } from '../testing/with-simulator.ts'

const SIMULATOR = { dialect: '0.45' } as const

interface Heard {
  readonly socket: TestSocket
  readonly promptId: string
  readonly entry: Json
}

async function run(visitor: Visitor, url: string, graph: unknown): Promise<Heard> {
  const client_id = randomUUID()
  const socket = await openTestSocket(url, client_id)
  const promptId = await visitor.submit(graph, { client_id })
  const entry = await visitor.finished(promptId)
  await until(
    () => dataOf(socket, 'executing').some(({ node }) => node === null),
    () => 'the end was not told',
  )
  return { socket, promptId, entry }
}

function dataOf(socket: TestSocket, type: string): Json[] {
  return socket.messages.flatMap((message) =>
    message['type'] === type && isRecord(message['data']) ? [message['data']] : [],
  )
}

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)

const keysOf = (value: unknown): string[] => (isRecord(value) ? Object.keys(value).sort() : [])

it('runs one copy of the body per iteration, and never the body itself', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const { socket, entry } = await run(visitor, url, savingLoop({ iterations: 2 }))
    const ran = dataOf(socket, 'executing').map(({ node }) => node)
    expect(ran).toEqual(expect.arrayContaining(['1', '1.0.0.0_2', '1.0.0.1_2', '4', '5']))
    expect(ran.filter((node) => node === '2' || node === '3')).toEqual([])
    // carried from one iteration to the next, so in this order
    expect(ran.indexOf('1.0.0.0_2')).toBeLessThan(ran.indexOf('1.0.0.1_2'))
    expect(ran.indexOf('1.0.0.1_2')).toBeLessThan(ran.indexOf('4'))

    expect(
      dataOf(socket, 'executed').map(({ node, display_node }) => [node, display_node]),
    ).toEqual([
      ['1.0.0.0_3', '3'],
      ['1.0.0.1_3', '3'],
      ['5', '5'],
    ])
    expect(keysOf(entry['outputs'])).toEqual(['1.0.0.0_3', '1.0.0.1_3', '5'])
    expect(at(entry, 'meta', '1.0.0.1_3')).toEqual({
      node_id: '1.0.0.1_3',
      display_node: '3',
      parent_node: '1',
      real_node_id: '1',
    })
    expect(filesOf(entry)).toHaveLength(3)
  })
})

it('tells the progress of copies under the ids of Start Loop, shown as the node of the body', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const { socket } = await run(visitor, url, savingLoop({ iterations: 2 }))
    const states = dataOf(socket, 'progress_state').map(({ nodes }) => nodes)
    expect(at(states.at(-1), '1.0.0.1_2')).toMatchObject({
      value: 2,
      max: 2,
      state: 'finished',
      node_id: '1.0.0.1_2',
      display_node_id: '2',
      parent_node_id: '1',
      real_node_id: '1',
    })
    expect(states.some((nodes) => at(nodes, '2') !== undefined)).toBe(false)
    expect(states.some((nodes) => at(nodes, '3') !== undefined)).toBe(false)
  })
})

it('tells everyone in a text of each iteration that has ended', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const stranger = await openTestSocket(url, randomUUID())
    const { socket } = await run(visitor, url, savingLoop({ iterations: 2 }))
    const told = [
      ['1', 'Iteration 0 / 2'],
      ['1', 'Iteration 1 / 2'],
      ['1', 'Iteration 2 / 2'],
    ]
    expect(socket.texts).toEqual(told)
    await stranger.ping()
    expect(stranger.texts).toEqual(told)
  })
})

it('nests: the ids of inner copies hold those of the outer ones, their display the submitted node', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const { socket, entry } = await run(visitor, url, nestedLoop(2, 2))
    const saved = dataOf(socket, 'executed').filter(({ display_node }) => display_node === '4')
    expect(saved.map(({ node }) => node)).toEqual([
      '1.0.0.0_2.0.0.0_1.0.0.0_4',
      '1.0.0.0_2.0.0.1_1.0.0.0_4',
      '1.0.0.1_2.0.0.0_1.0.0.1_4',
      '1.0.0.1_2.0.0.1_1.0.0.1_4',
    ])
    expect(at(entry, 'meta', '1.0.0.1_2.0.0.0_1.0.0.1_4')).toMatchObject({
      display_node: '4',
      parent_node: '1.0.0.1_2',
      real_node_id: '1',
    })
    const told = socket.texts.map(([node, text]) => `${node}: ${text}`)
    expect(told.filter((text) => text.startsWith('1: '))).toHaveLength(3)
    expect(told).toContain('1.0.0.1_2: Iteration 2 / 2')
    // both of the outer loop, accumulated
    expect(at(entry, 'outputs', '7', 'images')).toHaveLength(2)
    const ran = dataOf(socket, 'executing').map(({ node }) => node)
    expect(ran.filter((node) => ['2', '3', '4', '5'].includes(String(node)))).toEqual([])
  })
})

it.each([
  ['the last picture', false, 1],
  ['the pictures of all iterations', true, 3],
])('gives on %s', async (_what, accumulate, count) => {
  await withSimulator(SIMULATOR, async (visitor) => {
    const graph = savingLoop({ iterations: 3, accumulate })
    const entry = await visitor.finished(await visitor.submit(graph))
    expect(at(entry, 'outputs', '5', 'images')).toHaveLength(count)
  })
})

it('counts from, to and by steps, or goes through a list', async () => {
  await withSimulator(SIMULATOR, async (visitor) => {
    const textsOf = async (start: Json, shown: number): Promise<unknown> => {
      const graph = {
        '1': { class_type: 'StartLoop', inputs: { cache_iterations: false, ...start } },
        '2': { class_type: 'PreviewAny', inputs: { source: ['1', shown] } },
        '3': { class_type: 'EndLoop', inputs: { output_value: ['2', 0], accumulate: true } },
        '4': { class_type: 'PreviewAny', inputs: { source: ['3', 0] } },
        '9': { class_type: 'PrimitiveString', inputs: { value: 'only' } },
      }
      const entry = await visitor.finished(await visitor.submit(graph))
      return at(entry, 'outputs', '4', 'text')
    }
    const from = { 'mode.start_iteration_index': 2, 'mode.max_iteration': 9, 'mode.step': 3 }
    expect(await textsOf({ mode: 'For', ...from }, 0)).toEqual(['2', '5', '8'])
    expect(await textsOf({ mode: 'List', 'mode.list': ['9', 0] }, 3)).toEqual(['only'])
  })
})

it('runs the loop around an output of the body when that alone is asked for', async () => {
  await withSimulator(SIMULATOR, async (visitor) => {
    const graph = savingLoop({ iterations: 2 })
    const more = { partial_execution_targets: ['3'] }
    const entry = await visitor.finished(await visitor.submit(graph, more))
    expect(keysOf(entry['outputs'])).toEqual(['1.0.0.0_3', '1.0.0.1_3'])
    expect(at(entry, 'status', 'status_str')).toBe('success')
  })
})

it('runs every iteration again the next time', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    await run(visitor, url, savingLoop({ iterations: 2 }))
    const { socket, entry } = await run(visitor, url, savingLoop({ iterations: 2 }))
    const [cached] = dataOf(socket, 'execution_cached')
    expect(cached?.['nodes']).toEqual(['0'])
    expect(filesOf(entry).map(({ filename }) => filename)).toContain('loop_00004_.png')
  })
})

it('names Start Loop for what fails in a copy', async () => {
  await withSimulator(SIMULATOR, async (visitor, { url }) => {
    const graph = {
      ...savingLoop({ iterations: 2 }),
      '2': { class_type: 'TraceRaise', inputs: { image: ['1', 4], kind: 'value_error' } },
    }
    const { socket, entry } = await run(visitor, url, graph)
    const [error] = dataOf(socket, 'execution_error')
    expect(error).toMatchObject({ node_id: '1', node_type: 'StartLoop' })
    expect(readText(error?.['exception_message'])).toContain('always fails')
    expect(at(entry, 'status', 'status_str')).toBe('error')
  })
})

it('writes the bounds of a loop into the graph that queue, history, jobs and pictures show', async () => {
  await withSimulator({ ...SIMULATOR, speed: 1 }, async (visitor) => {
    const graph = savingLoop({ iterations: 2 })
    const slow = { class_type: 'TraceSteps', inputs: { image: ['1', 4], steps: 2, seconds: 0.1 } }
    const promptId = await visitor.submit({ ...graph, '2': slow })
    const marked = { _loop_body: ['2', '3'], _loop_end: '4' }
    const { json: queue } = await visitor.get('/queue')
    const [row] = [queue['queue_running'], queue['queue_pending']].flat()
    expect(at(Array.isArray(row) ? row[2] : null, '1')).toMatchObject(marked)
    const { json: job } = await visitor.get(`/api/jobs/${promptId}`)
    expect(at(job, 'workflow', 'prompt', '1')).toMatchObject(marked)

    const entry = await visitor.finished(promptId)
    const stored = entry['prompt']
    expect(at(Array.isArray(stored) ? stored[2] : null, '1')).toMatchObject(marked)
    const png = await visitor.download(filesOf(entry)[0] ?? {})
    expect(png.includes('"_loop_body": ["2", "3"], "_loop_end": "4"')).toBe(true)
  })
})
