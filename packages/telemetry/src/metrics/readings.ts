/** What is read when somebody scrapes: gauges whose truth is elsewhere. */
import { type Clock, remember, startTimeLimit } from '@safelight/runtime'
import type { LabelsOf, NamesOf } from './create-metrics.ts'
import type { Catalogue } from './metric-spec.ts'

/** Several scrapers, or a person with a browser, cost no more than one. */
const MAX_AGE_MS = 1_000
const WITHIN_MS = 2_000

/** Name, labels and value. */
export type GaugeValue<C extends Catalogue> = {
  [Name in NamesOf<C, 'gauge'>]: readonly [Name, LabelsOf<C, Name>, number]
}[NamesOf<C, 'gauge'>]

export interface Reading<C extends Catalogue> {
  /** As `scrape_read_errors_total` names it. */
  name: string
  /** Every gauge that it gives; those are left out when it fails, and a series that it no longer gives is gone. */
  gauges: readonly NamesOf<C, 'gauge'>[]
  read: () => Iterable<GaugeValue<C>> | Promise<Iterable<GaugeValue<C>>>
  /** 1 s unless told; 0 for what costs nothing. */
  maxAgeMs?: number
}

interface ReadingsDeps {
  clock: Clock
  set: (name: string, labels: object, value: number) => void
  clear: (name: string) => void
  onError: (reading: string, error: unknown) => void
}

export function createReadings<C extends Catalogue>({ clock, set, clear, onError }: ReadingsDeps) {
  const all: (() => Promise<void>)[] = []

  return {
    add({ name, gauges, read, maxAgeMs = MAX_AGE_MS }: Reading<C>): void {
      const { get } = remember(async () => [...(await within(async () => read(), clock))], {
        clock,
        maxAgeMs,
      })
      all.push(async () => {
        let values: GaugeValue<C>[] = []
        try {
          values = await get()
        } catch (error) {
          onError(name, error)
        }
        for (const gauge of gauges) clear(gauge)
        for (const [gauge, labels, value] of values) set(gauge, labels, value)
      })
    },
    async readAll(): Promise<void> {
      await Promise.all(all.map((readOne) => readOne()))
    },
  }
}

async function within<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  let callOff = () => {}
  const late = new Promise<never>((_resolve, reject) => {
    const onExpired = () => reject(new Error(`not read within ${WITHIN_MS} ms`))
    callOff = startTimeLimit({ ms: WITHIN_MS, clock, onExpired })
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    callOff()
  }
}
