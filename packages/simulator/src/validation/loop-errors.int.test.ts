/** What 0.45 is read to say of loops that do not close; no recording stands behind this. */
import { expect, it } from 'vitest'
import { isRecord, type Json } from '../record.ts'
import { savingLoop } from '../testing/graphs.ts'
import { withSimulator } from '../testing/with-simulator.ts'

const SIMULATOR = { dialect: '0.45' } as const

const shown = (id: string) => ({ class_type: 'PreviewAny', inputs: { source: [id, 0] } })
const closed = (id: string, more: Json = {}) => ({
  class_type: 'EndLoop',
  inputs: { output_value: [id, 0], accumulate: false, ...more },
})
const start = {
  class_type: 'StartLoop',
  inputs: { mode: 'simple', 'mode.num_iterations': 1, cache_iterations: false },
}
const text = { class_type: 'PrimitiveString', inputs: { value: 'x' } }

it.each([
  ['loop_end_without_start', { a: text, b: closed('a'), c: shown('b') }, ['b'], ['c']],
  ['loop_start_without_end', { a: start, c: shown('a') }, ['a'], ['c']],
  [
    'loop_escape',
    { a: start, b: shown('a'), c: closed('a'), d: shown('c') },
    ['a', 'b', 'c'],
    ['b', 'd'],
  ],
  [
    'ambiguous_loop_nesting',
    { a: start, b: start, c: closed('a', { next_iteration_value: ['b', 0] }), d: shown('c') },
    ['a', 'b', 'c'],
    ['d'],
  ],
  [
    'loop_accumulate_from_body',
    { a: start, b: closed('a', { accumulate: ['a', 1] }), c: shown('b') },
    ['a', 'b'],
    ['c'],
  ],
])('refuses with %s, at every node of it', async (...[kind, prompt, nodes, outputs]) => {
  await withSimulator(SIMULATOR, async (visitor) => {
    const { status, json } = await visitor.post('/prompt', { prompt })
    expect(status).toBe(400)
    const errors = isRecord(json['node_errors']) ? json['node_errors'] : {}
    expect(Object.keys(errors).sort()).toEqual(nodes)
    for (const node of nodes) {
      expect(errors[node]).toMatchObject({
        errors: [
          {
            type: 'custom_validation_failed',
            extra_info: {
              input_name: 'loop boundary',
              loop_error_type: kind,
              node_ids: nodes,
              output_ids: outputs,
            },
          },
        ],
        dependent_outputs: outputs,
      })
    }
  })
})

it('leaves loops aside where the graph goes in circles', async () => {
  await withSimulator(SIMULATOR, async (visitor) => {
    const prompt = { a: closed('b'), b: shown('a'), c: shown('b') }
    const { json } = await visitor.post('/prompt', { prompt })
    expect(JSON.stringify(json)).toContain('dependency_cycle')
    expect(JSON.stringify(json)).not.toContain('loop boundary')
  })
})

it('knows no such loops in an older dialect', async () => {
  await withSimulator({ dialect: '0.33.0' }, async (visitor) => {
    const { json } = await visitor.post('/prompt', { prompt: savingLoop({ iterations: 1 }) })
    expect(json).toMatchObject({ error: { type: 'missing_node_type' } })
  })
})

it('refuses a mode that Start Loop does not have, and values out of the range of the one it has', async () => {
  await withSimulator(SIMULATOR, async (visitor) => {
    const withInputs = (inputs: Json) => {
      const graph = savingLoop({ iterations: 1 })
      return { ...graph, '1': { ...graph['1'], inputs: { ...graph['1'].inputs, ...inputs } } }
    }
    const errorsOf = async (inputs: Json) =>
      (await visitor.post('/prompt', { prompt: withInputs(inputs) })).json['node_errors']
    expect(await errorsOf({ mode: 'Forever' })).toMatchObject({
      '1': { errors: [{ type: 'invalid_dynamic_input', extra_info: { input_name: 'mode' } }] },
    })
    expect(await errorsOf({ 'mode.num_iterations': -1 })).toMatchObject({
      '1': {
        errors: [
          { type: 'value_smaller_than_min', extra_info: { input_name: 'mode.num_iterations' } },
        ],
      },
    })
  })
})
