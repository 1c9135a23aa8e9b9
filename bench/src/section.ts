/** What every part of the bench gives: figures of one run, each beside what it is compared with and what it should be. */

export interface Figure {
  /** E.g. `trivial jobs a second, 1 host`. */
  what: string
  value: number
  /** E.g. `ms`, `1/s`, `KB`, `%`; '' for a bare ratio or count. */
  unit: string
  /** What it is compared with, of the same run and in the same unit. */
  against?: { what: string; value: number }
  /** Of `value`, or of its ratio to `against`; printed as reached or not, never judged by a test. */
  aim?: { of: 'value' | 'ratio'; atLeast?: number; atMost?: number }
}

/** How much is run: a few jobs only to see that it works; what is in the docs; as much as was asked for once. */
export type Scale = 'smoke' | 'usual' | 'long'

export interface BenchContext {
  redisBinary: string
  scale: Scale
  /** Progress, for who looks on. */
  say: (text: string) => void
}

export interface Section {
  /** As on the command line: `npm run bench -- NAME`. */
  name: string
  title: string
  run(context: BenchContext): Promise<Figure[]>
}
