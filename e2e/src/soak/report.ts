/** What a soak has found, as a table. Pure. */
import type { Row, Unit, Verdict } from './verdict.ts'

const MB = 1024 * 1024
const COLUMNS = ['what', 'first sixth', 'last sixth', 'per hour', '±', 'verdict']

/** What grows first. */
export function toTable({ rows }: Verdict): string {
  const sorted = rows.toSorted(
    (one, other) => Number(other.verdict === 'growing') - Number(one.verdict === 'growing'),
  )
  const lines = [COLUMNS, COLUMNS.map(() => '---'), ...sorted.map(toCells)]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function toCells({ name, unit, trend, verdict }: Row): string[] {
  if (!trend) return [name, '', '', '', '', verdict]
  const { first, last, slope, error } = trend
  return [name, ...[first, last, slope, error].map((value) => toText(value, unit)), verdict]
}

function toText(value: number, unit: Unit): string {
  if (unit === 'bytes') return `${(value / MB).toFixed(1)} MB`
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 0
  return unit === 'ms' ? `${value.toFixed(2)} ms` : value.toFixed(digits)
}

export function toFindings({ rows, strangers }: Verdict): string[] {
  return [
    ...rows.filter(({ verdict }) => verdict === 'growing').map(({ name }) => `grows: ${name}`),
    ...strangers.map((key) => `a key of no family (e2e/src/soak/families.ts): ${key}`),
  ]
}
