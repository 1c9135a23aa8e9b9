import { expect, it } from 'vitest'
import { repeat } from './repeat.ts'

it('never runs twice at a time, goes on after a failure, and waits for the last run when closed', async () => {
  const state = { active: 0, most: 0, runs: 0, errors: 0 }
  const loop = repeat({
    everyMs: 1,
    run: async () => {
      state.active += 1
      state.most = Math.max(state.most, state.active)
      state.runs += 1
      await new Promise((resolve) => setImmediate(resolve))
      state.active -= 1
      if (state.runs === 2) throw new Error('once')
    },
    onError: () => void (state.errors += 1),
  })
  await expect.poll(() => state.runs).toBeGreaterThan(4)
  await loop.close()
  expect(state).toMatchObject({ active: 0, most: 1, errors: 1 })
  const { runs } = state
  await new Promise((resolve) => setImmediate(resolve))
  expect(state.runs).toBe(runs)
})
