/** A list for people: as wide as the terminal, whole where there is none. */
import type { Io } from '../io.ts'
import { createPaint } from './paint.ts'
import { type Cell, toTableLines } from './table.ts'
import { readSkills, toColumns } from './terminal.ts'

export interface Table {
  titles: readonly string[]
  rows: readonly (readonly Cell[])[]
  /** For who looks at it, and not for a file or another program. */
  hint?: string | null
}

export function writeTable(
  { stdout, config }: Pick<Io, 'stdout' | 'config'>,
  { titles, rows, hint = null }: Table,
): void {
  const { live, colors } = readSkills(stdout, config.terminal)
  const width = live ? toColumns(stdout) : Number.POSITIVE_INFINITY
  for (const line of toTableLines(titles, rows, { width, paint: createPaint(colors) }))
    stdout.write(`${line}\n`)
  if (hint !== null && live) stdout.write(`${hint}\n`)
}

/** When a list was cut at `limit`. */
export const toMoreHint = (more: boolean, limit: number): string | null =>
  more ? `there are more: --limit ${limit * 5}` : null
