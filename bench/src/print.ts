/** Tables for a terminal, and for a page of docs. */
import { judge, ratioOf } from './figures.ts'
import type { Figure } from './section.ts'

export type Row = readonly (string | number)[]

/** @param words columns of words, the others are figures */
export function toTable(head: Row, rows: readonly Row[], words: readonly number[] = [0]): string {
  const all = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, at) => Math.max(3, ...all.map((row) => row[at]?.length ?? 0)))
  const pad = (cell: string, at: number) =>
    words.includes(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)
  const line = (row: readonly string[]) => `| ${row.map(pad).join(' | ')} |`
  const [first = [], ...rest] = all
  const rule = widths.map((width, at) =>
    words.includes(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [line(first), `| ${rule.join(' | ')} |`, ...rest.map(line)].join('\n')
}

/** Three figures are enough for anything that is measured; what was counted is said as it is. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return value.toFixed(0)
  return value.toPrecision(3)
}

const HEAD = ['', 'measured', 'beside', 'ratio', 'aim']
const WORDS = [0, 2, 4]

/** One row per figure. */
export function toFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, value, unit, against } = figure
    const ratio = ratioOf(figure)
    return [
      what,
      withUnit(value, unit),
      against ? `${withUnit(against.value, unit)} ${against.what}` : '',
      ratio === null ? '' : round(ratio),
      toAim(figure),
    ]
  })
  return toTable(HEAD, rows, WORDS)
}

function withUnit(value: number, unit: string): string {
  return unit === '' ? round(value) : `${round(value)} ${unit}`
}

/** E.g. `ratio ≥ 0.6: short by 38 %`. */
function toAim(figure: Figure): string {
  const { aim, unit } = figure
  if (!aim) return ''
  const bounds = [
    ...(aim.atLeast === undefined ? [] : [`≥ ${aim.atLeast}`]),
    ...(aim.atMost === undefined ? [] : [`≤ ${aim.atMost}`]),
  ]
  const asked = aim.of === 'ratio' ? `ratio ${bounds.join(', ')}` : `${bounds.join(', ')} ${unit}`
  const judgement = judge(figure)
  if (judgement === null) return asked.trim()
  const { reached, short } = judgement
  return `${asked.trim()}: ${reached ? 'reached' : toMiss(figure, short)}`
}

function toMiss(figure: Figure, short: number): string {
  const got = (figure.aim?.of === 'ratio' ? ratioOf(figure) : figure.value) ?? 0
  if (got <= (figure.aim?.atMost ?? Infinity)) return `short by ${round(100 * short)} %`
  // far beyond it a percentage says nothing
  return short < 1 ? `over by ${round(100 * short)} %` : `${round(1 + short)} times that`
}

/** What was promised, and whether it was kept. */
export interface Verdict {
  what: string
  kept: boolean
}

export function toVerdicts(verdicts: readonly Verdict[]): string {
  return verdicts.map(({ what, kept }) => `${kept ? 'kept  ' : 'BROKEN'}  ${what}`).join('\n')
}
