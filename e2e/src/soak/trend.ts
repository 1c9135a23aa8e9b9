/** Whether a series of looks rises: its slope, and how sure that is. Pure. */

export interface Look {
  /** From the start of the run. */
  atMs: number
  value: number
}

export interface Trend {
  /** Means of the first and of the last sixth. */
  first: number
  last: number
  /** Per hour, by least squares over all of it. */
  slope: number
  /** Standard error of the slope; neighbours that resemble each other count for less than two. */
  error: number
  /** From the first look to the last. */
  hours: number
}

const HOUR_MS = 3_600_000
const PARTS = 6
/** Below that there are no sixths to speak of. */
export const FEWEST_LOOKS = 2 * PARTS

/** null: too few looks */
export function toTrend(looks: readonly Look[]): Trend | null {
  const [start, end] = [looks[0], looks.at(-1)]
  if (!start || !end || looks.length < FEWEST_LOOKS) return null
  const part = Math.floor(looks.length / PARTS)
  const values = looks.map(({ value }) => value)
  const xs = looks.map(({ atMs }) => (atMs - start.atMs) / HOUR_MS)
  const [meanX, meanY] = [mean(xs), mean(values)]
  const spread = sum(xs.map((x) => (x - meanX) ** 2))
  const slope = sum(xs.map((x, at) => (x - meanX) * ((values[at] ?? 0) - meanY))) / spread
  const rests = xs.map((x, at) => (values[at] ?? 0) - meanY - slope * (x - meanX))
  const variance = sum(rests.map((rest) => rest ** 2)) / (looks.length - 2)
  return {
    first: mean(values.slice(0, part)),
    last: mean(values.slice(-part)),
    slope,
    error: Math.sqrt((variance / spread) * inflationOf(rests)),
    hours: (end.atMs - start.atMs) / HOUR_MS,
  }
}

/** How much less looks say that follow each other closely: (1 + r) / (1 − r) for a correlation r with the one before. */
function inflationOf(rests: readonly number[]): number {
  const all = sum(rests.map((rest) => rest ** 2))
  if (all === 0) return 1
  const r = sum(rests.slice(1).map((rest, at) => rest * (rests[at] ?? 0))) / all
  const bounded = Math.min(0.95, Math.max(0, r))
  return (1 + bounded) / (1 - bounded)
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length
