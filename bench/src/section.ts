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
  /** Of every order that is left to chance. */
  seed: number
  /** Another checkout, installed, to be measured in the same run by those that can. */
  against: string | null
  /** A real ComfyUI to measure, too. */
  comfyuiUrl: string | null
  /** Progress, for who looks on. */
  say: (text: string) => void
  /** Says whether something that Safelight promises was kept. Broken: the exit code is 1, unless the run is a smoke run. */
  promise: (what: string, kept: boolean) => void
}

export interface Section {
  /** As on the command line: `npm run bench -- NAME`. */
  name: string
  title: string
  run(context: BenchContext): Promise<Figure[]>
}

/** One of three, by how much is run. */
export function byScale<T>(scale: Scale, of: Readonly<Record<Scale, T>>): T {
  return of[scale]
}
