/**
 * Section `fanout`: how much one gateway process passes on, beside a bare Socket.IO server and a bare WebSocket server that
 * are given the same bytes for as many clients; what a watcher costs that hears nothing; and one that stopped reading.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createScope } from '@safelight/runtime'
import { createKeys } from '@safelight/store'
import { z } from 'zod'
import { startChild } from '../crowd/child.ts'
import { type Crowd, startCrowd } from '../crowd/crowd.ts'
import type { Seat } from '../crowd/messages.ts'
import { type BenchContext, byScale, type Figure, type Section } from '../section.ts'
import { openStack, type Stack } from '../stack.ts'
import { trivial } from '../workflows.ts'
import { measure, type Pace, raise, type Stage } from './pace.ts'
import { openSource } from './source.ts'

const PROCESSES = 2
const CHANNELS = { watch: 'bare rooms', ws: 'bare all' }
const portsSchema = z.object({ rooms: z.number(), all: z.number() })
const ENV = {
  MAX_SOCKETS_PER_CLIENT: '100000',
  MAX_STREAMS_PER_CLIENT: '100000',
  // what is published here is on no record: nobody is to look there
  SAFELIGHT_TIMINGS: JSON.stringify({ rereadMs: 3_600_000 }),
}

interface Bed {
  context: BenchContext
  stack: Stack
  crowd: Crowd
  /** Ports of the bare servers. */
  bare: { rooms: number; all: number; pid: number }
  watchers: number
  pace: Pace
}

export const fanout: Section = {
  name: 'fanout',
  title: 'Deliveries of one gateway process',
  async run(context) {
    const scope = createScope('fanout')
    try {
      const { redisBinary, scale } = context
      const stack = scope.use(
        await openStack({ redisBinary, workers: 0, hosts: [], env: { api: ENV } }),
      )
      const pace = byScale<Pace>(scale, {
        smoke: { ms: 300, perSecond: 1_000, steps: 0 },
        usual: { ms: 1_500, perSecond: 8_000, steps: 4 },
        long: { ms: 5_000, perSecond: 8_000, steps: 9 },
      })
      const watchers = byScale(scale, { smoke: 20, usual: 500, long: 500 })
      const crowd = scope.use(await startCrowd(PROCESSES))
      const started = await startChild('bare-server/main.ts', [
        stack.cluster.redisUrl,
        CHANNELS.watch,
        CHANNELS.ws,
      ])
      scope.use(started.child)
      const bare = { ...portsSchema.parse(started.first), pid: started.child.pid }
      return await measureAll({ context, stack, crowd, bare, watchers, pace })
    } finally {
      await scope.close()
    }
  },
}

async function measureAll(bed: Bed): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const jobs of [1, bed.watchers]) {
    const what = jobs === 1 ? 'one job' : 'a job each'
    const bare = await over(await openBare(bed, { kind: 'watch', jobs }), (stage) =>
      raise(stage, bed.pace, tellOf(bed, `bare Socket.IO, ${what}`)),
    )
    const kinds = jobs === 1 ? (['watch', 'sse'] as const) : (['watch'] as const)
    for (const kind of kinds) {
      const who = `${bed.watchers} ${kind === 'sse' ? 'event streams' : 'sockets'}, ${what}`
      const before = await residentKb(apiPid(bed))
      const stage = await openOurs(bed, { kind, jobs })
      const idleKb = ((await residentKb(apiPid(bed))) - before) / bed.watchers
      const [ours, stalled] = await over(stage, async () => [
        await raise(stage, bed.pace, tellOf(bed, who)),
        kind === 'watch' && jobs === 1 ? await stallOne(stage, bed.pace) : [],
      ])
      const beside = 'bare Socket.IO'
      figures.push(
        {
          what: `deliveries a second within 100 ms: ${who}`,
          value: ours.best,
          unit: '1/s',
          against: { what: beside, value: bare.best },
          aim: { of: 'ratio', atLeast: 0.8 },
        },
        {
          what: `CPU per delivery: ${who}`,
          value: ours.cpuUs,
          unit: 'µs',
          against: { what: beside, value: bare.cpuUs },
        },
        { what: `memory of an idle watcher: ${who}`, value: idleKb, unit: 'KB' },
        ...stalled,
      )
    }
    if (jobs === 1) {
      const ws = await over(await openBare(bed, { kind: 'ws', jobs }), (stage) =>
        raise(stage, bed.pace, tellOf(bed, 'bare WebSocket')),
      )
      const beside = 'bare Socket.IO'
      figures.push(
        {
          what: `deliveries a second within 100 ms: bare WebSocket`,
          value: ws.best,
          unit: '1/s',
          against: { what: beside, value: bare.best },
        },
        {
          what: `CPU per delivery: bare WebSocket`,
          value: ws.cpuUs,
          unit: 'µs',
          against: { what: beside, value: bare.cpuUs },
        },
      )
    }
  }
  return figures
}

const tellOf =
  ({ context }: Bed, who: string) =>
  (text: string) =>
    context.say(`${who}: ${text}`)

async function over<T>(stage: Stage, act: (stage: Stage) => Promise<T>): Promise<T> {
  try {
    return await act(stage)
  } finally {
    await stage.crowd.leave()
  }
}

interface Watching {
  kind: Seat['kind']
  jobs: number
}
type BareWatching = Watching & { kind: keyof typeof CHANNELS }

async function openOurs(bed: Bed, { kind, jobs }: Watching): Promise<Stage> {
  const { stack, crowd, watchers } = bed
  const { client, cluster, redis } = stack
  const asked = Array.from({ length: jobs }, () => ({ workflow: trivial() }))
  const jobIds = (await client.submitAll(asked)).map(({ id }) => id)
  const url = cluster.apis[0]?.url ?? ''
  await crowd.open(toSeats({ url, kind, jobIds }, watchers))
  const source = await openSource({ redis, keys: createKeys(cluster.namespace), jobIds })
  return { crowd, source, pid: apiPid(bed), listeners: watchers / jobs, lines: jobs }
}

async function openBare(bed: Bed, { kind, jobs }: BareWatching): Promise<Stage> {
  const { stack, crowd, bare, watchers } = bed
  const { cluster, redis } = stack
  const jobIds = Array.from({ length: jobs }, () => randomUUID())
  const url = `http://127.0.0.1:${kind === 'ws' ? bare.all : bare.rooms}`
  await crowd.open(toSeats({ url, kind, jobIds }, watchers))
  const keys = createKeys(cluster.namespace)
  const source = await openSource({ redis, keys, jobIds }, CHANNELS[kind])
  return { crowd, source, pid: bare.pid, listeners: watchers / jobs, lines: jobs }
}

/** Watchers by turns over the jobs, and over a few processes. */
function toSeats({ url, kind, jobIds }: Seat, watchers: number): Seat[] {
  const all = Array.from({ length: watchers }, (_, at) => jobIds[at % jobIds.length] ?? '')
  return Array.from({ length: PROCESSES }, (_, n) => ({
    url,
    kind,
    jobIds: all.filter((_jobId, at) => at % PROCESSES === n),
  }))
}

/** One of them all stops reading: what the others hear, and what is kept for it. */
async function stallOne(stage: Stage, pace: Pace): Promise<Figure[]> {
  const before = await measure(stage, pace.perSecond, pace.ms)
  const kbBefore = await residentKb(stage.pid)
  await stage.crowd.stall(true)
  const others = { ...stage, unread: 1 }
  const meanwhile = await measure(others, pace.perSecond, pace.ms * 2)
  const kept = (await residentKb(stage.pid)) - kbBefore
  await stage.crowd.stall(false)
  return [
    {
      what: 'p99 of the others while one does not read',
      value: meanwhile.p99,
      unit: 'ms',
      against: { what: 'while all read', value: before.p99 },
    },
    { what: 'memory that is taken meanwhile', value: kept / 1_024, unit: 'MB' },
  ]
}

const apiPid = ({ stack }: Bed): number => stack.cluster.apis[0]?.pid() ?? 0

async function residentKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN)
}
