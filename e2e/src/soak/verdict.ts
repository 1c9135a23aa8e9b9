/**
 * What of all that was looked at grows. A figure grows when its slope is certain, has made it larger by more than what it
 * may differ by, and is still there in the second half: what fills up once and stays is no growth. Pure.
 */
import { type Look, toTrend, type Trend } from './trend.ts'

export type Unit = 'bytes' | 'count' | 'ms'

/** What is looked at, again and again. */
export interface Figure {
  /** e.g. `worker-1 heap`, `keys job` */
  name: string
  unit: Unit
  value: number
  /** Told, and not judged: what is no thing that can be left behind. */
  told?: true
  /** It fills up to this, which may take longer than a run: judged by that, and not by its slope. */
  most?: number
}

export interface Sample {
  atMs: number
  figures: readonly Figure[]
}

export interface Row {
  name: string
  unit: Unit
  trend: Trend | null
  verdict: 'flat' | 'growing' | 'bounded' | 'told' | 'too few looks'
}

export interface Verdict {
  rows: Row[]
  /** Keys that no family of `families.ts` accounts for. */
  strangers: string[]
}

/** So many standard errors of a slope are no chance: with some hundred figures, three would be one now and then. */
const CERTAIN = 4
const STILL = 2
/** How much a figure may be larger at the end: a share of it, and what is nothing whatever it is. */
const SHARE = 0.05
const NOTHING: Readonly<Record<Unit, number>> = { bytes: 2 * 1024 * 1024, count: 3, ms: 5 }

interface Series {
  unit: Unit
  told: boolean
  looks: Look[]
  /** Of what fills up to a length: it never was above it. */
  isWithin?: boolean
}

/** @param warmUpMs what came before is left out: caches and retentions fill up */
export function judge(
  samples: readonly Sample[],
  strangers: Iterable<string>,
  warmUpMs: number,
): Verdict {
  const series = new Map<string, Series>()
  const counted = samples.filter(({ atMs }) => atMs >= warmUpMs)
  for (const { figures } of counted)
    for (const { name, unit, value, told = false, most } of figures) {
      const known = series.get(name) ?? { unit, told, looks: [] }
      if (most !== undefined) known.isWithin = known.isWithin !== false && value <= most
      series.set(name, known)
    }
  for (const { atMs, figures } of counted) {
    const values = new Map(figures.map(({ name, value }) => [name, value]))
    for (const [name, { unit, looks }] of series) {
      // a family without keys is not found; anything else that is missing was not to be had
      const value = values.get(name) ?? (unit === 'count' ? 0 : null)
      if (value !== null) looks.push({ atMs, value })
    }
  }
  const rows = [...series].map(([name, { unit, told, looks, isWithin }]): Row => {
    const trend = toTrend(looks)
    if (isWithin !== undefined)
      return { name, unit, trend, verdict: isWithin ? 'bounded' : 'growing' }
    if (told) return { name, unit, trend, verdict: 'told' }
    if (!trend) return { name, unit, trend, verdict: 'too few looks' }
    const isGrowing = grows(trend, unit) && goesOn(looks)
    return { name, unit, trend, verdict: isGrowing ? 'growing' : 'flat' }
  })
  return { rows, strangers: [...strangers] }
}

function grows({ first, last, slope, error, hours }: Trend, unit: Unit): boolean {
  const allowed = Math.max(NOTHING[unit], SHARE * first)
  return slope > CERTAIN * error && slope * hours > allowed && last - first > allowed
}

/** In the second half as well; where that is too short to say, it is taken to. */
function goesOn(looks: readonly Look[]): boolean {
  const half = toTrend(looks.slice(Math.floor(looks.length / 2)))
  return half === null || half.slope > STILL * half.error
}

export function isFlat({ rows, strangers }: Verdict): boolean {
  return strangers.length === 0 && rows.every(({ verdict }) => verdict !== 'growing')
}
