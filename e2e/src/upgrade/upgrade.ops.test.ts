/** A short run; `npm run upgrade:check -- --from v0.1.0` is the long one, with any version. */
import { startCluster } from '@safelight/testkit'
import { takeNamespace } from '@safelight/testkit/vitest'
import { expect, inject, it } from 'vitest'
import { QUICK_WORKER } from '../testing/quick-cluster.ts'
import { removePrevious, unpackStored } from './previous.ts'
import { runUpgrade } from './run.ts'

it('changes from the version before to this one and back under load, and loses nothing', async ({
  onTestFinished,
  task,
}) => {
  const previous = await unpackStored()
  onTestFinished(() => removePrevious(previous))
  const report = await runUpgrade({
    previous,
    jobsPerStage: 3,
    open: (programOf) =>
      startCluster({
        redis: { url: inject('redisUrl') },
        namespace: takeNamespace(),
        isToKeep: () => task.result?.state === 'fail',
        apis: 2,
        speed: 1,
        env: { worker: QUICK_WORKER },
        programOf,
      }),
    signal: AbortSignal.timeout(170_000),
  })
  expect(report.faults).toEqual([])
  expect(report.stages).toHaveLength(7)
  expect(report.jobs).toBeGreaterThan(20)
  expect(report.connections).toBeGreaterThan(report.jobs)
}, 180_000)
