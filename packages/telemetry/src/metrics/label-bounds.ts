/** Keeps the number of series of a metric bounded, whatever comes. */
import type { MetricSpec } from './metric-spec.ts'

/** As many hosts as one worker may have; a fleet whose hosts get new names each day fills no memory. */
const MAX_OPEN_VALUES = 1_000
/** Series that are there before anything happens; more would only be noise. */
const MAX_INITIAL = 60
const OTHER = 'other'

type Labels = Record<string, string>

/** @returns makes any value of a label one that it may have */
export function createLabelBounds({ labels = {} }: MetricSpec): (given: object) => Labels {
  const bounds = Object.entries(labels).map(([label, values]) => {
    const known = new Set(values ?? [])
    const isOpen = values === null
    return {
      label,
      bound: (value: string) => {
        if (known.has(value)) return value
        if (!isOpen || known.size >= MAX_OPEN_VALUES) return OTHER
        known.add(value)
        return value
      },
    }
  })
  return (given) => {
    const bounded: Labels = {}
    for (const { label, bound } of bounds) {
      const value: unknown = Reflect.get(given, label)
      bounded[label] = bound(typeof value === 'string' ? value : OTHER)
    }
    return bounded
  }
}

/** All sets of labels that can occur, when they are closed and few: a rate needs the 0 that it rose from. */
export function listClosed({ labels = {} }: MetricSpec): Labels[] {
  let sets: Labels[] = [{}]
  for (const [label, values] of Object.entries(labels)) {
    if (values === null || sets.length * values.length > MAX_INITIAL) return []
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })))
  }
  return sets
}
