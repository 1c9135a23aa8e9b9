import type { Simulator } from '@safelight/simulator'
import { DIALECTS, startSimulator } from '@safelight/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readComfyuiUrls } from './testing/config.ts'
import { testContract } from './testing/contract.ts'

describe.each(DIALECTS)('the simulator as %s', (dialect) => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startSimulator({ dialect })
  })
  afterAll(() => simulator.close())

  testContract(() => simulator.url)

  it('ran no prompt twice', () => {
    const ids = simulator.executions().map((execution) => execution.promptId)
    expect(ids.length).toBeGreaterThan(5)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

// without a real host there is nothing to run, and nothing to report as skipped
describe.each(readComfyuiUrls())('the ComfyUI at %s', (url) => {
  testContract(() => url)
})
