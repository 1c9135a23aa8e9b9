/** Devices that fail whatever runs, files that cannot be served, successes that history does not show. */
import { expect, it } from 'vitest'
import { slowSteps } from '../testing/graphs.ts'
import { until } from '../testing/wait.ts'
import { withSimulator } from '../testing/with-simulator.ts'

it.each([
  ['oom', 'torch.OutOfMemoryError', 'out of memory'],
  ['oom_words', 'RuntimeError', 'CUDA out of memory'],
  ['cuda', 'RuntimeError', 'illegal memory access'],
  ['cublas', 'RuntimeError', 'CUBLAS_STATUS'],
] as const)('raises the same of every node: %s', async (nodesRaise, type, words) => {
  await withSimulator({ faults: { nodesRaise } }, async (visitor, simulator) => {
    const promptId = await visitor.submit(slowSteps(1, 0))
    await visitor.finished(promptId)
    const { json } = await visitor.get(`/history/${promptId}`)
    expect(JSON.stringify(json)).toContain(`"exception_type":"${type}"`)
    expect(JSON.stringify(json)).toContain(words)
    simulator.faults.clear()
    await visitor.finished(await visitor.submit(slowSteps(2, 0)))
    expect(simulator.executions().map(({ outcome }) => outcome)).toEqual(['error', 'success'])
  })
})

it('does not serve one file, and serves the others', async () => {
  const faults = { unservedFile: 'lost', unservedStatus: 400 }
  await withSimulator({ faults }, async (visitor, simulator) => {
    expect((await fetch(`${simulator.url}/view?filename=lost_1.png`)).status).toBe(400)
    expect((await fetch(`${simulator.url}/view?filename=other.png`)).status).toBe(404)
    expect((await visitor.get('/_simulator/faults')).json).toMatchObject(faults)
  })
})

it.each(['historyLate', 'historyHollow', 'historyGone'] as const)(
  'hides a success: %s',
  async (name) => {
    const faults = { [name]: name === 'historyGone' ? true : 2 }
    await withSimulator({ faults }, async (visitor, simulator) => {
      const promptId = await visitor.submit(slowSteps(1, 0))
      await until(
        () => simulator.executions()[0]?.outcome === 'success',
        () => 'nothing ran',
      )
      const look = async () => (await visitor.get(`/history/${promptId}`)).json
      const seen = [await look(), await look(), await look()]
      const hollow = { [promptId]: expect.objectContaining({ outputs: {}, status: null }) }
      const whole = { [promptId]: expect.objectContaining({ status: expect.anything() }) }
      expect(seen).toEqual(
        {
          historyLate: [{}, {}, whole],
          historyHollow: [hollow, hollow, whole],
          historyGone: [{}, {}, {}],
        }[name],
      )
    })
  },
)
