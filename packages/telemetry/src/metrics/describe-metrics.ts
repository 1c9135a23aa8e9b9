/** The catalogue as docs/metrics.md shows it. */
import { API_METRICS, COMMON_METRICS, WORKER_METRICS } from './catalogue.ts'
import { type Catalogue, type MetricSpec, PREFIX } from './metric-spec.ts'

export interface MetricDescription {
  name: string
  of: 'api' | 'worker' | 'both'
  type: MetricSpec['type']
  labels: { name: string; values: readonly string[] | null }[]
  help: string
}

export function describeMetrics(): MetricDescription[] {
  const own = (catalogue: Catalogue) =>
    Object.entries(catalogue).filter(([name]) => !(name in COMMON_METRICS))
  return [
    ...own(API_METRICS).map((entry) => describe('api', entry)),
    ...own(WORKER_METRICS).map((entry) => describe('worker', entry)),
    ...Object.entries(COMMON_METRICS).map((entry) => describe('both', entry)),
  ]
}

function describe(
  of: MetricDescription['of'],
  [name, spec]: [string, MetricSpec],
): MetricDescription {
  const { type, help, labels = {} } = spec
  return {
    name: PREFIX + name,
    of,
    type,
    labels: Object.entries(labels).map(([label, values]) => ({ name: label, values })),
    help,
  }
}
