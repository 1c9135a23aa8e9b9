/** The arithmetic of the bench: what is in the middle, what is rare, and how far something is from where it should be. */
import type { Figure } from './section.ts'

/** The value below which that share of all lie, by the nearest rank. @param share 0 to 1; NaN of nothing */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const middle = (values: readonly number[]): number => percentile(values, 0.5)

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0)

/** NaN of nothing. */
export const mean = (values: readonly number[]): number => sum(values) / values.length

/** Of the value to what it is compared with; null where there is nothing to compare with, or a difference of clocks. */
export function ratioOf({ value, against }: Figure): number | null {
  return against === undefined || against.value <= 0 ? null : value / against.value
}

export interface Judgement {
  reached: boolean
  /** As a share of the aim, how far it is from it on the wrong side; 0 when it is reached. */
  short: number
}

/** null: no aim, or nothing to judge it by. */
export function judge(figure: Figure): Judgement | null {
  const { aim } = figure
  const got = aim?.of === 'ratio' ? ratioOf(figure) : figure.value
  if (!aim || got === null || Number.isNaN(got)) return null
  const { atLeast = -Infinity, atMost = Infinity } = aim
  if (got < atLeast) return { reached: false, short: (atLeast - got) / atLeast }
  if (got > atMost) return { reached: false, short: (got - atMost) / atMost }
  return { reached: true, short: 0 }
}
