/** How a metric is written down: one entry of the catalogue, from which the registry and docs/metrics.md are made. */

/** Any text, from a list that somebody has configured; beyond `MAX_OPEN_VALUES` of them it is `other`, and a gauge is left out. */
export const OPEN = null

/** The values of a label: a closed list, where whatever else comes is `other`; or `OPEN`. */
export type LabelValues = readonly string[] | typeof OPEN

export interface MetricSpec {
  /** A histogram's unit is seconds unless its name says otherwise. */
  type: 'counter' | 'gauge' | 'histogram'
  /** One sentence, for the scraper and for docs/metrics.md. */
  help: string
  labels?: Readonly<Record<string, LabelValues>>
  /** Upper bounds; `SECONDS` unless told. */
  buckets?: readonly number[]
}

export type Catalogue = Readonly<Record<string, MetricSpec>>

/** From an answer out of memory to a long video: 5 ms to 1 h. */
export const SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600,
] as const

/** Of what Redis or an HTTP client waits for: 1 ms to 10 s. */
export const SHORT_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const

/** Before every name. */
export const PREFIX = 'safelight_'
