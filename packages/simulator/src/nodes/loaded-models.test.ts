import { describe, expect, it } from 'vitest'
import { createLoadedModels, readModelMemory } from './loaded-models.ts'

function open(memory: Parameters<typeof createLoadedModels>[0]) {
  const loads: string[] = []
  const models = createLoadedModels(memory, (name) => loads.push(name))
  return { ...models, loads }
}

describe('the models in memory', () => {
  it('cost nothing once they are in place, and each its own time before', () => {
    const models = open({ loadMs: { 'flux.sft': 9_000, toString: 5 } })
    expect([models.costOf('flux.sft'), models.costOf('sd.ckpt')]).toEqual([9_000, 1_500])
    for (const name of ['flux.sft', 'sd.ckpt', 'flux.sft']) models.use(name)
    expect([models.costOf('flux.sft'), models.costOf('sd.ckpt')]).toEqual([0, 0])
    expect(models.loads).toEqual(['flux.sft', 'sd.ckpt'])
    expect(open({}).costOf('toString')).toBe(1_500)
  })

  it('take their own time for a step, by the size of the picture', () => {
    const models = open({ stepMs: { 'flux.sft': 400 } })
    expect(models.stepMs('flux.sft', 0.5)).toBe(200)
    expect([models.stepMs('sd.ckpt', 0.5), models.stepMs('sd.ckpt', 4)]).toEqual([120, 120])
  })

  it('make room for another by the one that was used longest ago', () => {
    const models = open({ kept: 2 })
    for (const name of ['a', 'b', 'a', 'c']) models.use(name)
    expect(['a', 'b', 'c'].map((name) => models.costOf(name) > 0)).toEqual([false, true, false])
    models.use('b')
    expect(models.loads).toEqual(['a', 'b', 'c', 'b'])
  })

  it('are all gone when it is emptied', () => {
    const models = open({})
    models.use('a')
    models.clear()
    expect(models.costOf('a')).toBeGreaterThan(0)
  })
})

describe('a bound from outside', () => {
  it('is read', () => {
    const given = { kept: 1, loadMs: { a: 0 }, stepMs: { a: 5 } }
    expect(readModelMemory(given)).toEqual(given)
    expect(readModelMemory({})).toEqual({ loadMs: {}, stepMs: {} })
  })

  it.each([
    [[], 'is a JSON object'],
    [{ kept: 0 }, 'kept is a whole number'],
    [{ loadMs: { a: '1' } }, 'a is no number'],
    [{ keeps: 1 }, 'unknown: keeps'],
  ])('is refused in words: %j', (given, problem) => {
    expect(() => readModelMemory(given)).toThrow(problem)
  })
})
