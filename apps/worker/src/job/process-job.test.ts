import { expect, it } from 'vitest'
import { createProcessor } from './process-job.ts'
import type { TurnDeps } from './turn.ts'

it('declares exactly three parameters, or BullMQ would give it no signal and no cancel would arrive', () => {
  // nothing is touched before a ticket comes
  const processJob = createProcessor({} as TurnDeps)
  expect(processJob).toHaveLength(3)
})
