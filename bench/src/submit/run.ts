/**
 * How fast jobs are accepted: against an Express route that does nothing but `queue.add`, in turns; with nothing and
 * with very much waiting; what a place in the line costs there; large workflows; and what a job takes of Redis.
 */
import { sleep, systemClock } from '@safelight/runtime'
import type { Redis } from 'ioredis'
import { mean, percentile } from '../figures.ts'
import { type BenchContext, byScale, type Figure, type Section } from '../section.ts'
import { trivial } from '../workflows.ts'
import { ofSize } from './large.ts'
import { load, toRequest } from './load.ts'
import { measure, type Measured, openStand, type Stand } from './stand.ts'

const CONNECTIONS = 8
const LARGE_BYTES = 1_900_000
const LARGE_AT_ONCE = 4

interface Size {
  /** Of each subject, a round. */
  requests: number
  rounds: number
  /** Jobs that wait, from fewest to most. */
  depths: readonly number[]
  /** Of each question about one job. */
  looks: number
  large: number
  /** Whose bytes are measured. */
  jobs: number
  idleMs: number
}

const SIZES: Record<BenchContext['scale'], Size> = {
  smoke: { requests: 40, rounds: 1, depths: [0, 200], looks: 5, large: 1, jobs: 10, idleMs: 200 },
  usual: {
    requests: 1_000,
    rounds: 3,
    depths: [0, 10_000, 100_000],
    looks: 100,
    large: 12,
    jobs: 100,
    idleMs: 6_000,
  },
  long: {
    requests: 5_000,
    rounds: 5,
    depths: [0, 10_000, 100_000],
    looks: 500,
    large: 40,
    jobs: 1_000,
    idleMs: 30_000,
  },
}

export const submit: Section = {
  name: 'submit',
  title: 'Jobs accepted, and what waits',
  async run({ redisBinary, scale, say }) {
    const size = byScale(scale, SIZES)
    const stand = await openStand(redisBinary)
    try {
      const ended = await bytesOfEnded(stand, size)
      for (const worker of stand.stack.cluster.workers) await worker.kill('SIGKILL')
      await spend(stand, { ...size, rounds: 1 })
      const figures: Figure[] = []
      let waiting = 0
      for (const depth of size.depths) {
        say(`${depth} waiting`)
        const { redis } = stand.stack
        const before = await usedBytes(redis)
        await stand.fill(depth - waiting)
        if (depth > waiting) {
          const each = ((await usedBytes(redis)) - before) / (depth - waiting)
          figures.push(bytesOfWaiting(depth, each))
        }
        waiting = depth
        figures.push(...(await atDepth(stand, size, depth)))
      }
      say('large workflows')
      return [...figures, ended, ...(await largeOnes(stand, size))]
    } finally {
      await stand.close()
    }
  },
}

/** Both in turns: whatever else the machine does meanwhile falls on both. */
async function spend(
  { ours, bare }: Stand,
  { requests, rounds }: Size,
): Promise<{ ours: Measured[]; bare: Measured[] }> {
  const found: { ours: Measured[]; bare: Measured[] } = { ours: [], bare: [] }
  const bodies = Array.from({ length: requests }, () => ({ workflow: trivial() }))
  const toOurs = bodies.map((body) => toRequest('POST', '/api/v2/jobs', body))
  const toBare = bodies.map((body) => toRequest('POST', '/jobs', body))
  for (let n = 0; n < rounds; n += 1) {
    found.ours.push(await measure(ours, toOurs, CONNECTIONS))
    found.bare.push(await measure(bare, toBare, CONNECTIONS))
  }
  return found
}

async function atDepth(stand: Stand, size: Size, depth: number): Promise<Figure[]> {
  const found = await spend(stand, size)
  const against = (of: (one: Measured) => number) => ({
    value: mean(found.ours.map(of)),
    against: { what: 'bare queue.add', value: mean(found.bare.map(of)) },
  })
  const at = `, ${depth} waiting`
  const idle = await stand.stack.spentOver(size.idleMs)
  const seconds = idle.ms / 1_000
  return [
    {
      what: `submissions a second${at}`,
      unit: '1/s',
      ...against(({ perSecond }) => perSecond),
      aim: { of: 'ratio', atLeast: 0.5 },
    },
    { what: `CPU of the API per submission${at}`, unit: 'ms', ...against(({ cpuMs }) => cpuMs) },
    ...(await looks(stand, size, at)),
    { what: `idle API, Redis commands a second${at}`, unit: '1/s', value: idle.commands / seconds },
    {
      what: `idle API, CPU of it and of Redis a second${at}`,
      unit: 'ms',
      value: (idle.cpuMs.API + idle.cpuMs.Redis) / seconds,
    },
  ]
}

/** What asks where jobs stand, one at a time. */
async function looks(
  { ours, stack }: Stand,
  { looks: count }: Size,
  at: string,
): Promise<Figure[]> {
  const jobs = await stack.client.submitAll(
    Array.from({ length: count }, () => ({ workflow: trivial() })),
  )
  const ask = async (what: string, toAsk: (jobId: string) => Buffer): Promise<Figure> => {
    const requests = jobs.map(({ id }) => toAsk(id))
    const { tookMs } = await load({ url: ours.url, requests, connections: 1 })
    return { what: `${what}${at}, p50`, unit: 'ms', value: percentile(tookMs, 0.5) }
  }
  return [
    await ask('a job with its place', (id) => toRequest('GET', `/api/v2/jobs/${id}`)),
    await ask('a page of 100 that wait', () =>
      toRequest('GET', '/api/v2/jobs?status=queued&limit=100'),
    ),
    await ask('another priority', (id) =>
      toRequest('PATCH', `/api/v2/jobs/${id}`, { priority: 1 }),
    ),
    await ask('a cancel', (id) => toRequest('POST', `/api/v2/jobs/${id}/cancel`)),
  ]
}

function bytesOfWaiting(depth: number, each: number): Figure {
  const graph = Buffer.byteLength(JSON.stringify(trivial()))
  return {
    what: `Redis per waiting job beside its graph, ${depth} waiting`,
    unit: 'KB',
    value: (each - graph) / 1_024,
    aim: { of: 'value', atMost: 3 },
  }
}

/** After the first ones, whose hosts, classes and queues are not theirs. */
async function bytesOfEnded({ stack }: Stand, { jobs }: Size): Promise<Figure> {
  const run = async () => {
    const all = Array.from({ length: jobs }, () => ({ workflow: trivial() }))
    await stack.client.ended(await stack.client.submitAll(all))
    return usedBytes(stack.redis)
  }
  const before = await run()
  return {
    what: 'Redis per ended job, within the hour that its events are kept',
    unit: 'KB',
    value: ((await run()) - before) / jobs / 1_024,
  }
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
}

async function largeOnes({ ours, bare }: Stand, { large }: Size): Promise<Figure[]> {
  const bodies = Array.from({ length: large }, (_, n) => ({ workflow: ofSize(LARGE_BYTES, n) }))
  const toOurs = bodies.map((body) => toRequest('POST', '/api/v2/jobs', body))
  const toBare = bodies.map((body) => toRequest('POST', '/jobs', body))
  const [own, other] = [await measure(ours, toOurs, 1), await measure(bare, toBare, 1)]
  const pauses = {
    ours: await worstPause(ours.url, '/livez', toOurs),
    bare: await worstPause(bare.url, '/', toBare),
  }
  return [
    {
      what: 'a workflow of 1.9 MB, p50',
      unit: 'ms',
      value: percentile(own.tookMs, 0.5),
      against: { what: 'bare queue.add', value: percentile(other.tookMs, 0.5) },
    },
    {
      what: 'CPU of the API for a workflow of 1.9 MB',
      unit: 'ms',
      value: own.cpuMs,
      against: { what: 'bare queue.add', value: other.cpuMs },
    },
    {
      what: `longest wait of another request beside ${LARGE_AT_ONCE} such at once`,
      unit: 'ms',
      value: pauses.ours,
      against: { what: 'bare queue.add', value: pauses.bare },
    },
  ]
}

/** Of a request that asks for nothing, while large ones come. */
async function worstPause(url: string, path: string, requests: Buffer[]): Promise<number> {
  const over = new AbortController()
  let worst = 0
  const ask = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const askedAt = performance.now()
      await (await fetch(`${url}${path}`)).arrayBuffer()
      worst = Math.max(worst, performance.now() - askedAt)
      await sleep(systemClock, 2)
    }
  }
  await Promise.all([
    ask(),
    load({ url, requests, connections: LARGE_AT_ONCE }).finally(() => over.abort()),
  ])
  return worst
}
