/** A ticket is spent while the backlog is looked at: who comes in between is not overlooked. */
import { createLogger, systemClock, tellNobody } from '@safelight/runtime'
import { ANY_POOL, type Candidate, type DispatchOrder, NO_NEEDS } from '@safelight/store'
import { expect, it } from 'vitest'
import { newCandidate, newFitHost } from '../testing/candidates.ts'
import { startDispatcher } from './dispatcher.ts'
import { dispatchRound } from './round.ts'

const QUIET = {
  workerId: 'w',
  emit: tellNobody,
  pools: () => [ANY_POOL],
  pulse: { looks: () => undefined, waitsForSlot: () => undefined },
  openHand: () => null,
  limits: { affinity: { count: 0, ms: 0 }, agingMs: null, ownerLimit: null },
  clock: systemClock,
  log: createLogger({ level: 'silent', name: 'test' }),
}

it('looks once more when it has found nobody before its ticket was spent', async () => {
  const waiting: Candidate[] = []
  const begun: string[] = []
  let looks = 0
  let spend = (): void => undefined
  const spent = new Promise<void>((resolve) => (spend = resolve))
  let bring: ((ticket: { spent: Promise<void> } | null) => void) | null = null
  const dispatcher = startDispatcher({
    ...QUIET,
    openIntake: async () => ({
      take: () => new Promise((resolve) => (bring = resolve)),
      close: async () => bring?.(null),
    }),
    slots: {
      fit: () => [newFitHost('gpu')],
      isOpen: () => true,
      whenOpen: async () => undefined,
      whenIdle: () => new Promise(() => undefined),
      missed: () => undefined,
      took: () => undefined,
      freed: () => undefined,
      refused: () => undefined,
      outdated: () => undefined,
      drained: () => undefined,
    },
    backlog: {
      candidates: async () => {
        looks += 1
        return [...waiting]
      },
      isEmpty: async () => waiting.length === 0,
      dispatch: async ({ jobId }) => {
        waiting.length = 0
        return { outcome: 'dispatched', jobId, times: 1 }
      },
    },
    tickets: { wake: async () => undefined },
    begin: async (_, { jobId }) => void begun.push(jobId),
    timings: { dispatchLookMs: 10_000, offerAtLeastMs: 10_000, queueRetryMs: 10_000 },
  })
  const taking = () => bring
  await expect.poll(taking).not.toBeNull()
  const before = looks
  taking()?.({ spent })
  await expect.poll(() => looks).toBeGreaterThan(before)
  // announced while the ticket was not spent yet: it adds none
  waiting.push(newCandidate('late'))
  spend()
  await expect.poll(() => begun).toEqual(['late'])
  await dispatcher.close()
})

it('does not ask for every job from every worker when four share many hosts', async () => {
  const [workers, jobs] = [4, 400]
  const waiting = Array.from({ length: jobs }, (_, n) => newCandidate(`job-${n}`))
  const begun = new Set<string>()
  let asked = 0
  /** An answer comes when all that was asked before it has been answered. */
  const answered = () => new Promise((resolve) => setImmediate(resolve))
  const runs = async () => {
    for (let n = 0; n < 10; n += 1) await answered()
  }
  const start = () => {
    const taken = new Map<string, string>()
    const names = Array.from({ length: 50 }, (_, n) => `gpu-${n}`)
    return startDispatcher({
      ...QUIET,
      openIntake: async () => ({
        take: async () => (await answered(), null),
        close: async () => undefined,
      }),
      slots: {
        *fit() {
          for (const name of names) if (!taken.has(name)) yield newFitHost(name)
        },
        isOpen: () => taken.size < names.length,
        whenOpen: async () => undefined,
        whenIdle: () => new Promise(() => undefined),
        missed: () => undefined,
        took: (hostId, jobId) => {
          taken.set(hostId, jobId)
          // the host is quick
          void runs().then(() => taken.delete(hostId))
        },
        refused: () => undefined,
        freed: (hostId) => void taken.delete(hostId),
        outdated: () => undefined,
        drained: () => undefined,
      },
      backlog: {
        candidates: async () => (await answered(), waiting.slice(0, 64)),
        isEmpty: async () => waiting.length === 0,
        dispatch: async ({ jobId }) => {
          asked += 1
          await answered()
          const at = waiting.findIndex((job) => job.jobId === jobId)
          if (at < 0) return { outcome: 'gone' }
          waiting.splice(at, 1)
          return { outcome: 'dispatched', jobId, times: 1 }
        },
      },
      tickets: { wake: async () => undefined },
      begin: async (_, { jobId }) => void begun.add(jobId),
      timings: { dispatchLookMs: 50, offerAtLeastMs: 50, queueRetryMs: 50 },
    })
  }
  const dispatchers = Array.from({ length: workers }, start)
  await expect.poll(() => begun.size).toBe(jobs)
  await Promise.all(dispatchers.map((dispatcher) => dispatcher.close()))
  expect(asked).toBeLessThan(2 * jobs)
})

it.each([
  ['seems-full', { outcome: 'missed', missed: 1, elsewhere: [] }, ['gpu', 'seems-full']],
  // others are woken, and the next round passes it over
  ['of another worker', { outcome: 'missed', missed: 0, elsewhere: ['job'] }, []],
])(
  'names the hosts that might have a job instead, also those that seem to have no free slot: it is for one %s',
  async (freer, expected, looked) => {
    const hosts = [
      newFitHost('gpu', { slots: 2, load: 2 }),
      newFitHost('seems-full', { load: 4, hasFreeSlot: false }),
      newFitHost('unable', { classes: new Set(['Other']) }),
      newFitHost('elsewhere', { pools: ['video'] }),
      newFitHost('deaf', { trouble: 1 }),
    ]
    const orders: DispatchOrder[] = []
    const outdated: string[] = []
    const round = await dispatchRound(ANY_POOL, {
      ...QUIET,
      atMost: 9,
      passOver: new Set(['other']),
      slots: {
        fit: () => hosts,
        missed: () => undefined,
        took: () => undefined,
        refused: () => undefined,
        outdated: (hostId) => void outdated.push(hostId),
        drained: () => undefined,
      },
      backlog: {
        candidates: async ({ pools }) =>
          pools.includes(ANY_POOL)
            ? [newCandidate('job', { needs: { ...NO_NEEDS, classes: ['This'] } })]
            : [],
        isEmpty: async () => false,
        async dispatch(order) {
          orders.push(order)
          return { outcome: 'freer', hostId: freer }
        },
      },
      begin: async () => undefined,
    })
    expect(orders).toMatchObject([{ jobId: 'job', hostId: 'gpu', instead: ['seems-full'] }])
    expect(outdated).toEqual(looked)
    expect(round).toMatchObject({ ...expected, taken: 0, more: expected.missed === 0 })
  },
)
