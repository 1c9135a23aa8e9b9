/** What a terminal can do, and how large it is. */
import type { Terminal } from '../io.ts'

export interface TerminalSkills {
  /** Lines can be drawn over in place. */
  live: boolean
  colors: boolean
}

/** @param env the variables of the process that say what is wanted: `NO_COLOR`, `TERM` */
export function readSkills(
  terminal: Pick<Terminal, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
): TerminalSkills {
  const live = terminal.isTTY === true && env['TERM'] !== 'dumb'
  // https://no-color.org: whatever its value, unless empty
  return { live, colors: live && !env['NO_COLOR'] }
}

/** Of a terminal that does not say, or says 0. */
const COLUMNS = 80
const ROWS = 24

export function toColumns({ columns }: Pick<Terminal, 'columns'>): number {
  return columns || COLUMNS
}

export function toRows({ rows }: Pick<Terminal, 'rows'>): number {
  return rows || ROWS
}
