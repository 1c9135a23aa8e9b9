/** Who looks for room, at what price, and how workers agree. */
import { systemClock } from '@safelight/runtime'
import { type Backlog, createBacklog, toBand } from '@safelight/store'
import { acceptJob, openTestStore, silent } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { newStagedHost } from '../testing/candidates.ts'
import { startMakingRoom } from './make-room.ts'
import type { StagedHost } from './pick-take-backs.ts'

/** A full host with these jobs staged, which are of normal priority. */
const fullHost = (hostId: string, ...jobIds: string[]) => {
  const staged = {
    band: toBand(0),
    createdAt: Date.now(),
    takenBack: 0,
    startBy: null,
    aheadMs: null,
  }
  return newStagedHost(
    hostId,
    jobIds.map((jobId) => ({ jobId, ...staged })),
  )
}

/** A worker, as far as it makes room: what it has taken back, and how often it has looked, and asked Redis. */
function startWorker(backlog: Backlog, host: StagedHost) {
  const seen = { takenBack: [] as string[], looks: 0, asked: 0 }
  const making = startMakingRoom({
    slots: {
      staged() {
        seen.looks += 1
        return [host]
      },
    },
    holders: { takeBack: (jobId) => void seen.takenBack.push(jobId) },
    backlog: {
      candidates(query) {
        seen.asked += 1
        return backlog.candidates(query)
      },
      makeRoom: (jobId) => backlog.makeRoom(jobId),
    },
    limits: { affinity: { count: 0, ms: 0 }, agingMs: null, ownerLimit: null },
    timings: { dispatchLookMs: 20 },
    clock: systemClock,
    log: silent,
  })
  onTestFinished(() => making.close())
  return seen
}

async function looksAgain(worker: { looks: number }, times = 3): Promise<void> {
  const until = worker.looks + times
  await expect.poll(() => worker.looks, { timeout: 10_000 }).toBeGreaterThan(until)
}

it('asks nothing while nothing is staged', async () => {
  const { store, ...test } = await openTestStore()
  await acceptJob(store, { priority: 5 })
  const idle = startWorker(createBacklog(test), fullHost('gpu'))
  await looksAgain(idle)
  expect(idle.asked).toBe(0)
})

it('takes one job back for another, however many workers look, and however often', async () => {
  const { store, ...test } = await openTestStore()
  const backlog = createBacklog(test)
  const workers = [1, 2, 3].map((n) => startWorker(backlog, fullHost(`gpu-${n}`, `staged-${n}`)))
  const takenBack = () => workers.flatMap((worker) => worker.takenBack)
  await acceptJob(store)
  await Promise.all(workers.map((worker) => looksAgain(worker)))
  expect(takenBack()).toEqual([])

  await acceptJob(store, { priority: 1 })
  await expect.poll(takenBack, { timeout: 10_000 }).toHaveLength(1)
  await Promise.all(workers.map((worker) => looksAgain(worker)))
  expect(takenBack()).toHaveLength(1)
})
