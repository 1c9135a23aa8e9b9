import { expect, it } from 'vitest'
import { createProcessor, type ProcessorDeps } from './process-job.ts'

it('declares exactly three parameters, or BullMQ would give it no signal and no cancel would arrive', () => {
  // nothing is touched before a ticket comes
  const processJob = createProcessor({} as ProcessorDeps)
  expect(processJob).toHaveLength(3)
})
