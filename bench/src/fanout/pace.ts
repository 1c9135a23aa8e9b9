/** Events at a pace: how late they come, and what each costs; and the most that comes in time. */
import { until } from '@safelight/testkit'
import type { Crowd } from '../crowd/crowd.ts'
import { percentile } from '../figures.ts'
import { cpuOf } from '../meter.ts'
import type { Source } from './source.ts'

/** Later than this, what is shown is not what is. */
const LATE_MS = 100
const FASTER = 1.6
/** The machine may have had other things to do. */
const TRIES = 2

export interface Stage {
  source: Source
  crowd: Crowd
  /** Of what passes the events on. */
  pid: number
  /** How many hear each event. */
  listeners: number
  /** Of them all, those that do not read now. */
  unread?: number
  /** How many jobs there are. */
  lines: number
}

export interface Pace {
  /** Of each measurement. */
  ms: number
  /** Deliveries a second at which the cost of one is measured: far from what any of them can do. */
  perSecond: number
  /** Times that more is asked for. */
  steps: number
}

export interface Measured {
  /** Deliveries a second. */
  rate: number
  p50: number
  p99: number
  cpuUs: number
}

export async function raise(
  stage: Stage,
  { ms, perSecond, steps }: Pace,
  tell: (text: string) => void,
): Promise<{ best: number; cpuUs: number }> {
  await measure(stage, perSecond / 2, ms / 2)
  const steady = await measure(stage, perSecond, ms)
  // what came too late is not what can be passed on
  let best = steady.p99 < LATE_MS ? steady.rate : 0
  let asked = perSecond
  let failures = 0
  for (let step = 0; step < steps && failures < TRIES; step += 1) {
    if (failures === 0) asked *= FASTER
    const { rate, p50, p99, cpuUs } = await measure(stage, asked, ms)
    tell(
      `${rate.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${cpuUs.toFixed(1)} µs each`,
    )
    if (p99 < LATE_MS) best = rate
    failures = p99 < LATE_MS ? 0 : failures + 1
  }
  return { best, cpuUs: steady.cpuUs }
}

export async function measure(
  { crowd, source, listeners, unread = 0, lines, pid }: Stage,
  perSecond: number,
  ms: number,
): Promise<Measured> {
  await crowd.reset()
  const cpuBefore = await cpuOf(pid)
  const startedAt = performance.now()
  const published = await source.run({ perSecond: perSecond / listeners / lines, ms })
  const took = performance.now() - startedAt
  const expected = published * (listeners - unread)
  // also what is late: the next measurement begins with nothing under way
  const { timed } = await until(
    async () => {
      const found = await crowd.report()
      return found.heard >= expected ? found : null
    },
    { what: 'all events are heard', withinMs: 60_000, everyMs: 50 },
  )
  const delays = timed.flatMap((event) => (event.ms === null ? [] : [event.ms]))
  return {
    rate: (expected / took) * 1_000,
    p50: percentile(delays, 0.5),
    p99: percentile(delays, 0.99),
    cpuUs: (((await cpuOf(pid)) - cpuBefore) * 1_000) / expected,
  }
}
