/** What a dashboard of deploy/grafana is made of. */
export interface Panel {
  title: string
  /** What is asked, and what its answer means. */
  description: string
  kind: 'stat' | 'timeseries'
  /** As Grafana calls it: `s`, `bytes`, `percentunit`, `short`, `reqps`; `opm` is so many a minute. */
  unit: string
  /** Where it is bad, as the alert of the same number says; unset: no number is. */
  bad?: { above: number } | { below: number }
  /** The most there can be. */
  max?: number
  /** In place of numbers. */
  words?: Readonly<Record<number, string>>
  /** Expression → legend. */
  queries: Readonly<Record<string, string>>
  /** Also in a run without failures there is something to show. */
  alwaysHasData?: boolean
}

export interface Dashboard {
  file: string
  title: string
  panels: readonly Panel[]
}

/** Per second, summed up. */
export const rate = (name: string, by: string) =>
  `sum by (${by}) (rate(safelight_${name}[$__rate_interval]))`
/** Jobs take seconds to minutes: so many per second would be a row of zeros. */
export const perMinute = (name: string, by?: string) =>
  `60 * sum${by === undefined ? '' : ` by (${by}) `}(rate(safelight_${name}[$__rate_interval]))`
/** Of all processes together. */
export const quantile = (q: number, name: string) =>
  `histogram_quantile(${q}, sum by (le) (rate(safelight_${name}_bucket[$__rate_interval])))`
export const quantiles = (name: string) => ({
  [quantile(0.5, name)]: 'half',
  [quantile(0.95, name)]: '95 of 100',
})
