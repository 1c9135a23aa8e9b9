/** A job that is staged behind a long one, and a host that has nothing to do: whoever drives it. */
import { systemClock } from '@safelight/runtime'
import { ANY_POOL, createBacklog } from '@safelight/store'
import { acceptJob, openClient, openTestStore, silent } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { newFitHost } from '../testing/candidates.ts'
import { slow } from '../testing/graphs.ts'
import { hold, idOf, isThere, whenState } from '../testing/host-view.ts'
import { startWorkerStack } from '../testing/stack.ts'
import { DEFAULT_WORKER_TIMINGS } from '../timings.ts'
import { startEveningOut } from './even-out.ts'

/** Two hosts that stand still, with a job each, and a third one staged behind `before`. */
async function openStaged(isShared: boolean) {
  const stack = await startWorkerStack()
  onTestFinished(() => stack.close())
  const hosts = [await stack.startHost(), await stack.startHost()]
  hold(hosts, true)
  const urls = hosts.map(({ url }) => url)
  const timings = { moveAfterMs: 300, moveToLoadAfterMs: 300 }
  for (const [at, driven] of (isShared ? [urls] : urls.map((url) => [url])).entries()) {
    await stack.startWorker(driven, { env: { WORKER_NAME: `w-${at}` }, timings })
  }
  for (const url of urls) await whenState(stack, url, 'ready')
  const redis = await openClient('worker')
  await expect.poll(() => redis.zcard(stack.keys.idle(ANY_POOL))).toBe(hosts.length)
  const jobs = []
  for (const color of [1, 2, 3]) {
    jobs.push(await stack.when(await stack.submit(slow({ color })), isThere))
  }
  const staged = jobs.pop()
  const before = jobs.find(({ hostId }) => hostId === staged?.hostId)
  const other = jobs.find((job) => job !== before)
  const otherHost = hosts.find((host) => idOf(host) === other?.hostId)
  if (!staged || !before || !other || !otherHost) throw new Error('not as it should be')
  return { stack, hosts, before, staged, other, otherHost }
}

it.each([
  ['the same worker drives both', true],
  ['each has a worker of its own', false],
])(
  'a job that is staged behind a long one goes to a host that is idle: %s',
  async (_, isShared) => {
    const { stack, hosts, before, staged, other, otherHost } = await openStaged(isShared)
    hold([otherHost], false)
    const end = { status: 'succeeded', attempt: 1 }
    expect(await stack.end(staged.jobId)).toMatchObject({ ...end, hostId: other.hostId })
    expect(await stack.store.load(before.jobId)).toMatchObject({ status: 'running', attempt: 1 })
    hold(hosts, false)
    for (const { jobId } of [before, other]) expect(await stack.end(jobId)).toMatchObject(end)
    expect(hosts.flatMap((host) => host.executions())).toHaveLength(3)
  },
)

it('asks for one job at a time for a host, however often it looks', async () => {
  const { store, ...test } = await openTestStore()
  const backlog = createBacklog(test)
  const order = { hostId: 'busy', slots: 4, ownerLimit: null, overtaken: [] }
  const staged: string[] = []
  for (let n = 0; n < 4; n += 1) {
    staged.push(await acceptJob(store))
    await backlog.dispatch({ ...order, jobId: staged.at(-1) ?? '' })
  }
  const asked: string[] = []
  let looks = 0
  const { offeredMs, wantedMs, askEveryMs } = DEFAULT_WORKER_TIMINGS
  const evening = startEveningOut({
    slots: {
      staged: () => [],
      idle: () => [newFitHost('idle')],
      whenIdle: async () => void (looks += 1),
    },
    holders: { takeBack: () => undefined },
    backlog: {
      ...backlog,
      async want(wanted) {
        asked.push(wanted.jobId)
        return backlog.want(wanted)
      },
    },
    workerId: 'w',
    limits: { affinity: { count: 0, ms: 0 }, agingMs: null, ownerLimit: null },
    timings: {
      dispatchLookMs: 20,
      offerAtLeastMs: 1,
      offeredMs,
      wantedMs,
      askEveryMs,
      moveAfterMs: 0,
      moveToLoadAfterMs: 0,
    },
    clock: systemClock,
    log: silent,
  })
  onTestFinished(() => evening.close())
  await expect.poll(() => looks).toBeGreaterThan(10)
  expect(asked).toHaveLength(1)
  expect(staged).toContain(asked[0])
})
