/**
 * Section `latency`: from the moment a host sends a tick to the moment a client has the event, beside a bare WebSocket to
 * a host at the same time; and from a job's acceptance to its start on a host that has nothing to do, beside a prompt
 * that is posted to that host.
 */
import { createScope } from '@safelight/runtime'
import { startCluster } from '@safelight/testkit'
import { z } from 'zod'
import { type Crowd, startCrowd } from '../crowd/crowd.ts'
import type { Hearing } from '../crowd/messages.ts'
import { middle, percentile } from '../figures.ts'
import { type BenchContext, byScale, type Figure, type Section } from '../section.ts'
import { openStack, type Stack } from '../stack.ts'
import { warmUp } from '../warm-up.ts'
import { ticking, trivial } from '../workflows.ts'
import { postPrompt, watchHost } from './bare-host.ts'

/** Slower than ticks are gathered: each is told by itself. */
const TICK_MS = 130
const PROCESSES = 2
/** Longer than it takes all watchers to come. */
const HELD_MS = 120_000
const ENV = { MAX_SOCKETS_PER_CLIENT: '100000' }

interface Size {
  watchers: readonly number[]
  ticks: number
  /** Jobs that find the fleet idle. */
  starts: number
}

export const latency: Section = {
  name: 'latency',
  title: 'From a host to its watchers, and from acceptance to the host',
  async run(context) {
    const size = byScale<Size>(context.scale, {
      smoke: { watchers: [3], ticks: 5, starts: 2 },
      usual: { watchers: [1, 100, 1_000], ticks: 45, starts: 100 },
      long: { watchers: [1, 100, 1_000], ticks: 300, starts: 200 },
    })
    const scope = createScope('latency')
    try {
      const { redisBinary } = context
      const stack = scope.use(
        await openStack({ redisBinary, apis: 2, speed: 1, env: { api: ENV } }),
      )
      const redis = { url: stack.cluster.redisUrl }
      const bare = scope.use(
        await startCluster({ redis, apis: 0, workers: 0, hosts: [{}], speed: 1 }),
      )
      const bareHost = bare.simulators[0]?.url ?? ''
      const crowd = scope.use(await startCrowd(PROCESSES))
      const figures: Figure[] = [await firstStart(stack)]
      await warmUp(stack, context.scale)
      figures.push(...(await starts(stack, size.starts)))
      for (const watchers of size.watchers)
        figures.push(...(await ticks({ context, stack, crowd, bareHost }, watchers, size.ticks)))
      return figures
    } finally {
      await scope.close()
    }
  },
}

interface Bed {
  context: BenchContext
  stack: Stack
  crowd: Crowd
  /** One that is not ours. */
  bareHost: string
}

async function ticks({ context, stack, crowd, bareHost }: Bed, watchers: number, count: number) {
  const { cluster, client } = stack
  const host = cluster.simulators[0]?.url ?? ''
  // the host has something to do until everybody is there
  const before = await client.submit({
    workflow: ticking(HELD_MS, { everyMs: TICK_MS, speed: 1 }),
  })
  const toWorkflow = () => ticking(count * TICK_MS, { everyMs: TICK_MS, speed: 1 })
  const job = await client.submit({ workflow: toWorkflow() })
  const seats = cluster.apis.map(({ url }, at) => {
    const here = Math.floor((watchers + cluster.apis.length - 1 - at) / cluster.apis.length)
    return { url, kind: 'watch' as const, jobIds: Array.from({ length: here }, () => job.id) }
  })
  await crowd.reset()
  await crowd.open(seats)
  const bare = await watchHost(bareHost)
  try {
    await client.cancel(before.id)
    await postPrompt(bareHost, { prompt: toWorkflow(), clientId: bare.clientId })
    await client.ended([job])
    await bare.ended()
    const barely = toDelays(await readTicks(bareHost), bare.heard)
    const late = toDelays(await readTicks(host), toFirst(await crowd.report()))
    context.say(
      `${watchers} watchers: p50 ${percentile(late, 0.5).toFixed(1)} ms, p99 ${percentile(late, 0.99).toFixed(1)} ms, of ${late.length}; bare p50 ${percentile(barely, 0.5).toFixed(1)} ms, p99 ${percentile(barely, 0.99).toFixed(1)} ms`,
    )
    return toFigures(watchers, late, barely)
  } finally {
    bare.close()
    await crowd.leave()
  }
}

/** What is added is asked of a hundred watchers, on a quiet machine. */
function toFigures(watchers: number, late: readonly number[], barely: readonly number[]): Figure[] {
  const who = `${watchers} ${watchers === 1 ? 'watcher' : 'watchers'}`
  return [0.5, 0.99].flatMap((share): Figure[] => {
    const name = `p${share * 100}`
    const [value, beside] = [percentile(late, share), percentile(barely, share)]
    const added = { what: `added to that, ${name}, ${who}`, value: value - beside, unit: 'ms' }
    const aim = { of: 'value' as const, atMost: share === 0.5 ? 3 : 15 }
    return [
      {
        what: `host’s frame to client’s event, ${name}, ${who}`,
        value,
        unit: 'ms',
        against: { what: 'bare WebSocket to a host', value: beside },
      },
      watchers === 100 ? { ...added, aim } : added,
    ]
  })
}

interface Heard {
  value: number
  at: number
}

/** By client, the first event that tells of each tick. */
function toFirst({ timed }: Hearing): Heard[] {
  const seen = new Set<string>()
  return timed.flatMap(({ client, value, at }) => {
    const key = `${client} ${value}`
    if (value === null || value === 0 || seen.has(key)) return []
    seen.add(key)
    return [{ value, at }]
  })
}

const ticksSchema = z.object({
  ticks: z.array(z.object({ promptId: z.string(), value: z.number(), at: z.number() })),
})
type Sent = z.output<typeof ticksSchema>['ticks']

async function readTicks(url: string): Promise<Sent> {
  const answer = await fetch(`${url}/_simulator/ticks`)
  return ticksSchema.parse(await answer.json()).ticks
}

/** Since the latest tick of that value that had been sent. */
function toDelays(sent: Sent, heard: readonly Heard[]): number[] {
  return heard.flatMap(({ value, at }) => {
    const tick = sent.findLast((one) => one.value === value && one.at <= at)
    return tick ? [at - tick.at] : []
  })
}

/** ms from a job's acceptance to its start */
async function startOf({ client, log }: Stack): Promise<number | null> {
  const before = await log.counts()
  const job = await client.submit({ workflow: trivial() })
  await client.ended([job])
  const [execution] = (await log.ended(before)).flat()
  return execution ? execution.startedAt - Date.parse(job.created_at) : null
}

/** Of the first job of all: nothing has run before. */
async function firstStart(stack: Stack): Promise<Figure> {
  const value = await startOf(stack)
  if (value === null) throw new Error('nothing has run')
  return {
    what: 'acceptance to execution_start, the first job of new processes',
    value,
    unit: 'ms',
  }
}

async function starts(stack: Stack, count: number): Promise<Figure[]> {
  const { cluster, log } = stack
  const from = await log.counts()
  const ours: number[] = []
  const beside: number[] = []
  for (let n = 0; n < count; n += 1) {
    const ms = await startOf(stack)
    if (ms !== null) ours.push(ms)
    const bareBefore = await log.counts()
    const postedAt = performance.timeOrigin + performance.now()
    await postPrompt(cluster.simulators[0]?.url ?? '', { prompt: trivial() })
    await log.untilEnded(bareBefore.reduce((sum, one) => sum + one, 1))
    const [posted] = (await log.ended(bareBefore)).flat()
    if (posted) beside.push(posted.startedAt - postedAt)
  }
  if ((await log.counts()).every((now, at) => now === from[at])) throw new Error('nothing has run')
  return [
    {
      what: 'acceptance to execution_start on an idle fleet, p50',
      value: middle(ours),
      unit: 'ms',
      against: { what: 'posted to the host', value: middle(beside) },
      aim: { of: 'value', atMost: 15 },
    },
    {
      what: 'acceptance to execution_start on an idle fleet, p99',
      value: percentile(ours, 0.99),
      unit: 'ms',
      against: { what: 'posted to the host', value: percentile(beside, 0.99) },
    },
  ]
}
