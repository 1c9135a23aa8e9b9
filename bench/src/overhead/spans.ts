/** What a host did with its time. */
import { sum } from '../figures.ts'

/** In ms since the epoch. */
export interface Span {
  startedAt: number
  endedAt: number
}

/** Prompts a second, all hosts together, each from its first end to its last. @param hosts what each executed, in order */
export function rateOf(hosts: readonly (readonly Span[])[]): number {
  return sum(
    hosts.map((spans) => {
      const [first, last] = [spans[0], spans.at(-1)]
      if (!first || !last || first === last) return 0
      return ((spans.length - 1) / (last.endedAt - first.endedAt)) * 1_000
    }),
  )
}

/** ms between the end of each prompt and the start of the next on the same host. */
export function gapsOf(hosts: readonly (readonly Span[])[]): number[] {
  return hosts.flatMap((spans) =>
    spans.slice(1).map(({ startedAt }, at) => startedAt - (spans[at]?.endedAt ?? startedAt)),
  )
}
