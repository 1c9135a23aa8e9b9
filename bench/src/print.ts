/** Tables and bars for a terminal, and for a page of docs. */

export type Row = readonly (string | number)[]

/** The first column is words, the others are figures. */
export function toTable(head: Row, rows: readonly Row[]): string {
  const all = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)))
  const pad = (cell: string, at: number) =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)
  const line = (row: readonly string[]) => `| ${row.map(pad).join(' | ')} |`
  const [first = [], ...rest] = all
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(first), rule, ...rest.map(line)].join('\n')
}

const WIDTH = 40

/** One bar per entry, the longest of them all the width. */
export function toBars(entries: readonly (readonly [name: string, value: number])[]): string {
  const most = Math.max(...entries.map(([, value]) => value))
  const named = Math.max(...entries.map(([name]) => name.length))
  return entries
    .map(([name, value]) => {
      const bar = '█'.repeat(Math.round((WIDTH * value) / (most || 1)))
      return `${name.padEnd(named)}  ${bar} ${round(value)}`
    })
    .join('\n')
}

/** Three figures are enough for anything that is measured. */
export function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** What was promised, and whether it was kept. */
export interface Verdict {
  what: string
  kept: boolean
}

export function toVerdicts(verdicts: readonly Verdict[]): string {
  return verdicts.map(({ what, kept }) => `${kept ? 'kept  ' : 'BROKEN'}  ${what}`).join('\n')
}
