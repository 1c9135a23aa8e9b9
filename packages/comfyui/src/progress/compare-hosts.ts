/**
 * How fast hosts are beside each other, by the kinds of work that several of them have done. Of each kind a host counts
 * once, by the median of its runs, however seldom it does it: models stay where they are loaded, so each host has its
 * own most of the time. What a kind costs and how slow a host is are found in turns: a kind by the mean of its hosts, a
 * host by the median of its kinds, so that a few odd measurements do not count here either.
 */
import type { CostSample, CostSamples } from './learned-costs.ts'
import { median } from './median.ts'

const ROUNDS = 16
/** Measurements of a kind by a host from which on it is compared: a single one may be odd. */
const COMPARED_FROM = 2
/** Below that a clock's own steps are a good part. */
const LEAST_MS = 5

/** A short name for it, the same in every process: it stands beside each of its measurements. */
export function markOf(hostId: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < hostId.length; at += 1)
    hash = Math.imul(hash ^ hostId.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** Mark → how many times as long as an average host it takes. */
export function compareHosts(samples: CostSamples): ReadonlyMap<string, number> {
  const kinds = sharedKinds(samples)
  const marks = [...new Set(kinds.flatMap((kind) => [...kind.keys()]))]
  let slowness = new Map(marks.map((mark) => [mark, 0]))
  for (let round = 0; round < ROUNDS; round += 1) {
    const left = new Map<string, number[]>(marks.map((mark) => [mark, []]))
    for (const kind of kinds) {
      const cost = mean([...kind].map(([mark, log]) => log - (slowness.get(mark) ?? 0)))
      for (const [mark, log] of kind) left.get(mark)?.push(log - cost)
    }
    slowness = toAverage(new Map([...left].map(([mark, logs]) => [mark, median(logs)])))
  }
  return new Map([...slowness].map(([mark, log]) => [mark, Math.exp(log)]))
}

/** Costs and slowness only have a meaning together: the average host has 1. */
function toAverage(slowness: Map<string, number>): Map<string, number> {
  const average = mean([...slowness.values()])
  return new Map([...slowness].map(([mark, log]) => [mark, log - average]))
}

/** Of one kind of work: mark of a host → the logarithm of what it took there. */
type Kind = ReadonlyMap<string, number>

/** Steps are what a GPU is for: other nodes and loads are as much the affair of its processor and disk. */
function sharedKinds(samples: CostSamples): Kind[] {
  const of = (quantity: string) =>
    [...samples]
      .filter(([name]) => name.startsWith(`${quantity}\n`))
      .map(([, all]) => toKind(all))
      .filter((kind) => kind.size > 1)
  const steps = of('step')
  return steps.length > 0 ? steps : of('warm')
}

function toKind(all: readonly CostSample[]): Kind {
  const byHost = new Map<string, number[]>()
  for (const { ms, by } of all) {
    if (ms >= LEAST_MS) byHost.set(by, [...(byHost.get(by) ?? []), Math.log(ms)])
  }
  const enough = [...byHost].filter(([, logs]) => logs.length >= COMPARED_FROM)
  return new Map(enough.map(([mark, logs]) => [mark, median(logs)]))
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length
