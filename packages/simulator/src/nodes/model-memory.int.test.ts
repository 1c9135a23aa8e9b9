/** What a host with room for one model loads, in the order of its prompts. */
import { expect, it } from 'vitest'
import { textToImage } from '../testing/graphs.ts'
import { untilAnswering } from '../testing/until-answering.ts'
import { withSimulator } from '../testing/with-simulator.ts'

function withModel(ckpt_name: string, seed: number) {
  const graph = textToImage({ text: 'a lighthouse', seed })
  return { ...graph, '4': { ...graph['4'], inputs: { ckpt_name } } }
}
const [A, B] = ['sd_xl_base_1.0.safetensors', 'v1-5-pruned-emaonly.safetensors']

it.each([
  { kept: 1, loads: [A, B, A] },
  { kept: 2, loads: [A, B] },
])('loads what is not in place: $kept kept', async ({ kept, loads }) => {
  await withSimulator({ modelMemory: { kept } }, async (visitor, simulator) => {
    let last = ''
    for (const [at, model] of [A, A, B, A, A].entries())
      last = await visitor.submit(withModel(model, at))
    await visitor.finished(last)
    expect(simulator.loads()).toEqual(loads)
    const { json } = await visitor.get('/_simulator/loads')
    expect(json['loads']).toEqual(loads)
  })
})

it('loads anew what was freed, or lost with the process', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    await visitor.finished(await visitor.submit(withModel(A, 1)))
    await visitor.post('/free', { unload_models: true, free_memory: true })
    await visitor.finished(await visitor.submit(withModel(A, 2)))
    simulator.restart()
    await untilAnswering(visitor)
    await visitor.finished(await visitor.submit(withModel(A, 3)))
    expect(simulator.loads()).toEqual([A, A, A])
  })
})
