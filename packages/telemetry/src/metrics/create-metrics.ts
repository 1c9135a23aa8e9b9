/** A registry of one process, typed by its catalogue. Each process, and each test, has its own: none is global. */
import type { Clock, Logger } from '@safelight/runtime'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type Catalogue, type MetricSpec, PREFIX, SECONDS } from './metric-spec.ts'
import { createReadings, type Reading } from './readings.ts'
import { createLabelBounds, listClosed } from './label-bounds.ts'

export type NamesOf<C extends Catalogue, Type extends MetricSpec['type']> = {
  [Name in keyof C]: C[Name]['type'] extends Type ? Name : never
}[keyof C] &
  string

/** All labels of a metric, each with a text. */
export type LabelsOf<C extends Catalogue, Name extends keyof C> = {
  readonly [Label in keyof NonNullable<C[Name]['labels']>]: string
}

/** Nothing here throws: telemetry stops no job. Labels outside of what the catalogue allows are `other`; such a gauge is left out. */
export interface Metrics<C extends Catalogue> {
  /** Adds to a counter. @param by 1 unless told */
  inc<Name extends NamesOf<C, 'counter'>>(name: Name, labels: LabelsOf<C, Name>, by?: number): void
  /** Adds to a histogram, in the unit of its name (s). */
  observe<Name extends NamesOf<C, 'histogram'>>(
    name: Name,
    labels: LabelsOf<C, Name>,
    value: number,
  ): void
  /** Sets a gauge that is not read at a scrape. */
  set<Name extends NamesOf<C, 'gauge'>>(name: Name, labels: LabelsOf<C, Name>, value: number): void
  /** What is read at each scrape. */
  addReading(reading: Reading<C>): void
  /** As a scraper reads it. Never rejects. */
  render(): Promise<string>
  contentType: string
}

export interface MetricsOptions {
  clock: Clock
  log: Logger
  /** Those of Node as well: event loop, memory, CPU. They cost a timer that nobody stops. */
  process?: boolean
}

type Registered = Counter | Gauge | Histogram

export function createMetrics<C extends Catalogue>(
  catalogue: C,
  { clock, log, process = false }: MetricsOptions,
): Metrics<C> {
  const registry = new Registry()
  const known = new Map<string, { metric: Registered; bound: (labels: object) => Labels }>()
  for (const [name, spec] of Object.entries(catalogue)) {
    const metric = register(registry, name, spec)
    if (metric instanceof Counter) for (const labels of listClosed(spec)) metric.inc(labels, 0)
    known.set(name, { metric, bound: createLabelBounds(spec) })
  }
  if (process) collectDefaultMetrics({ register: registry })

  /** A metric that is not of the catalogue, or a number that is none, is a mistake of ours: said, and no more. */
  function attempt(name: string, act: () => void): void {
    try {
      act()
    } catch (err) {
      log.warn({ err, metric: name }, 'a metric was not counted')
    }
  }

  function change(
    name: string,
    labels: object,
    act: (metric: Registered, labels: Labels) => void,
  ): void {
    attempt(name, () => {
      const found = known.get(name)
      if (found) act(found.metric, found.bound(labels))
    })
  }

  const set = (name: string, labels: object, value: number) =>
    change(name, labels, (metric, bounded) => {
      // numbers of several hosts add up in a counter; in a gauge, the last would pass for all of them
      const isTold = Object.entries(labels).every(([label, text]) => bounded[label] === text)
      if (metric instanceof Gauge && isTold) metric.set(bounded, value)
    })

  const readings = createReadings<C>({
    clock,
    set,
    clear(name) {
      const metric = known.get(name)?.metric
      if (!(metric instanceof Gauge)) return
      metric.reset()
      // so many at a time: who was there before takes nobody's place
      if (catalogue[name]) known.set(name, { metric, bound: createLabelBounds(catalogue[name]) })
      // one without labels would be 0
      if (Object.keys(catalogue[name]?.labels ?? {}).length === 0) metric.remove()
    },
    onError(reading, err) {
      log.debug({ err, reading }, 'a reading is left out of the scrape')
      change('scrape_read_errors_total', { reading }, (metric, labels) => {
        if (metric instanceof Counter) metric.inc(labels)
      })
    },
  })

  return {
    inc(name, labels, by = 1) {
      change(name, labels, (metric, bounded) => {
        if (metric instanceof Counter) metric.inc(bounded, by)
      })
    },
    observe(name, labels, value) {
      change(name, labels, (metric, bounded) => {
        if (metric instanceof Histogram) metric.observe(bounded, value)
      })
    },
    set,
    addReading: (reading) => readings.add(reading),
    async render() {
      await readings.readAll()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

type Labels = Record<string, string>

function register(registry: Registry, name: string, spec: MetricSpec): Registered {
  const { type, help, labels = {}, buckets = SECONDS } = spec
  const options = {
    name: PREFIX + name,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
  }
  if (type === 'counter') return new Counter(options)
  if (type === 'gauge') return withoutZero(new Gauge(options), options.labelNames)
  return new Histogram({ ...options, buckets: [...buckets] })
}

/** A gauge says nothing before somebody has set it: 0 would be a claim. */
function withoutZero(gauge: Gauge, labelNames: readonly string[]): Gauge {
  if (labelNames.length === 0) gauge.remove()
  return gauge
}
