/** What Prometheus scraped of each life of each process, against what that life had said by then: to the last one. Pure. */
import type { Series } from '../monitoring/prometheus.ts'
import type { HeardName, Life, Told } from './ledger.ts'

/** A counter, and what it counts. */
export interface Counter {
  metric: string
  name: HeardName
  labels: readonly string[]
  /** Values of its labels with `/` between, and by how much each counts. */
  toCounts: (told: Told) => readonly (readonly [key: string, by: number])[]
}

const plain = (metric: string, name: HeardName): Counter => ({
  metric,
  name,
  labels: [],
  toCounts: () => [['', 1]],
})

function labelled(
  metric: string,
  name: HeardName,
  labels: Readonly<Record<string, (told: Told) => string | null | undefined>>,
): Counter {
  const toKey = (told: Told) => Object.values(labels).map((toLabel) => toLabel(told) ?? NONE)
  const toCounts = (told: Told) => [[toKey(told).join('/'), 1] as const]
  return { metric, name, labels: Object.keys(labels), toCounts }
}
/** What a label says of what there is none of. */
const NONE = 'none'

export const COUNTERS: readonly Counter[] = [
  plain('safelight_jobs_accepted_total', 'job:accepted'),
  labelled('safelight_jobs_ended_total', 'job:ended', {
    status: ({ status }) => status,
    code: ({ code }) => code,
  }),
  labelled('safelight_dispatched_total', 'job:dispatched', { models: ({ models }) => models }),
  plain('safelight_attempts_started_total', 'attempt:started'),
  plain('safelight_attempts_adopted_total', 'attempt:adopted'),
  labelled('safelight_attempts_failed_total', 'attempt:failed', { cause: ({ cause }) => cause }),
  plain('safelight_workers_lost_total', 'job:lost-its-worker'),
  labelled('safelight_orphans_total', 'orphan:ended', { end: ({ end }) => end }),
  plain('safelight_jobs_taken_back_total', 'job:taken-back'),
  plain('safelight_outputs_stored_total', 'output:stored'),
  {
    metric: 'safelight_reconciler_found_total',
    name: 'reconciler:found',
    labels: ['kind'],
    toCounts: (told) =>
      (['tickets', 'undriven', 'strays'] as const).map((kind) => [kind, told[kind] ?? 0]),
  },
]

export interface Scraped {
  /** `process_start_time_seconds`: which life it was at each scrape. */
  starts: readonly Series[]
  /** `scrape_duration_seconds` */
  durations: readonly Series[]
  /** By metric. */
  counters: ReadonlyMap<string, readonly Series[]>
}

export interface ScrapedCount {
  metric: string
  /** Sum of the last scrape of every life. */
  counted: number
  /** What lives said after their last scrape: it is gone with them. */
  unscraped: number
  /** Where a life had counted otherwise than it had said, in words. */
  faults: string[]
}

/** Two clocks of one machine, and Prometheus rounds its times a little. */
const CLOCKS_S = 0.02
/** Of one start, by two readings that are rounded. */
const SAME_START_S = 1.5

interface LastScrape {
  life: Life
  /** s since the epoch */
  from: number
  until: number
}

export function compareScraped({ starts, durations, counters }: Scraped, lives: readonly Life[]) {
  const { last, faults } = findLastScrapes({ starts, durations }, lives)
  const counts = COUNTERS.map((counter): ScrapedCount => {
    const values = toValues(counters.get(counter.metric) ?? [], counter)
    const own = last.map((scrape) => compareLife(scrape, counter, values))
    const said = lives.reduce((sum, life) => sum + sumOf(toSaid(life, counter)), 0)
    const counted = own.reduce((sum, one) => sum + one.counted, 0)
    return {
      metric: counter.metric,
      counted,
      unscraped: said - counted,
      faults: own.flatMap((one) => one.faults),
    }
  })
  return { counts, faults }
}

function findLastScrapes(
  { starts, durations }: Pick<Scraped, 'starts' | 'durations'>,
  lives: readonly Life[],
): { last: LastScrape[]; faults: string[] } {
  const took = new Map(
    durations.flatMap(({ labels: { instance }, samples }) =>
      samples.map(([at, seconds]) => [`${instance} ${at}`, seconds] as const),
    ),
  )
  const last = new Map<Life, LastScrape>()
  const faults = new Set<string>()
  for (const { labels, samples } of starts)
    for (const [from, start] of samples) {
      const life = lives.find(
        ({ instance, startedAt }) =>
          instance === labels['instance'] && Math.abs(startedAt - start) <= SAME_START_S,
      )
      if (!life) {
        faults.add(`${labels['instance']} was scraped, started at ${start}, and said nothing`)
        continue
      }
      const until = from + (took.get(`${life.instance} ${from}`) ?? 0)
      last.set(life, { life, from, until })
    }
  return { last: [...last.values()], faults: [...faults] }
}

/** By instance, time and labels. */
function toValues(series: readonly Series[], { labels: names }: Counter): Map<string, number> {
  const values = new Map<string, number>()
  for (const { labels, samples } of series) {
    const key = names.map((name) => labels[name] ?? '').join('/')
    for (const [at, value] of samples) {
      const where = `${labels['instance']} ${at} ${key}`
      // of labels that nobody asks for
      values.set(where, (values.get(where) ?? 0) + value)
    }
  }
  return values
}

interface Said {
  /** s since the epoch */
  at: number
  key: string
  by: number
}

function toSaid({ told }: Life, { name, toCounts }: Counter): Said[] {
  return told.flatMap((one) =>
    one.name === name ? toCounts(one).map(([key, by]) => ({ at: one.at / 1_000, key, by })) : [],
  )
}

const sumOf = (said: readonly Said[]) => said.reduce((sum, { by }) => sum + by, 0)

function compareLife(
  { life, from, until }: LastScrape,
  counter: Counter,
  values: ReadonlyMap<string, number>,
): { counted: number; faults: string[] } {
  const said = toSaid(life, counter)
  const prefix = `${life.instance} ${from} `
  const scraped = [...values].flatMap(([where, value]) =>
    where.startsWith(prefix) ? [[where.slice(prefix.length), value] as const] : [],
  )
  const keys = new Set([...said.map(({ key }) => key), ...scraped.map(([key]) => key)])
  const byKey = new Map(scraped)
  const faults = [...keys].flatMap((key) => {
    const value = byKey.get(key) ?? 0
    const saidBy = (s: number) => sumOf(said.filter((one) => one.key === key && one.at <= s))
    // it was answered at some moment of the scrape
    const [least, most] = [saidBy(from - CLOCKS_S), saidBy(until + CLOCKS_S)]
    if (least <= value && value <= most) return []
    const range = least === most ? String(least) : `${least} to ${most}`
    return [`${life.instance} counted ${value} ${counter.metric} {${key}}, and had said ${range}`]
  })
  return { counted: scraped.reduce((sum, [, value]) => sum + value, 0), faults }
}
