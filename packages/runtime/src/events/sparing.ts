/** Log lines of which there would be hundreds alike while something is away: the first is written, the others are counted. */
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { LogLine } from './log-lines.ts'

export interface Sparing {
  /**
   * Writes the line, unless one that is `alike` was written a while ago. How many there were is told once none has come for a
   * minute; and every ten minutes, while they go on.
   */
  say(line: LogLine): void
  /** Tells what was counted, and spares nothing any more. */
  close(): void
}

export interface SparingOptions {
  log: Logger
  clock: Pick<Clock, 'steady' | 'after'>
}

const QUIET_MS = 60_000
const TELL_EVERY_MS = 600_000
/** Kinds that are counted at a time; of any other each line is written. */
const MOST_KINDS = 1_000

interface Kind {
  /** As it was first. */
  line: LogLine
  more: number
  lastAt: number
  /** When it was written, or its number. */
  toldAt: number
  callOff: () => void
}

export function createSparing({ log, clock }: SparingOptions): Sparing {
  const kinds = new Map<string, Kind>()
  let closed = false
  const write = ({ level, text, fields }: LogLine) => log[level](fields, text)

  function tell(kind: Kind): void {
    const { line, more, toldAt } = kind
    const { err: _ofTheFirst, ...fields } = line.fields
    const now = clock.steady()
    kind.toldAt = now
    kind.more = 0
    if (more === 0) return
    const withinMs = Math.round(now - toldAt)
    write({ ...line, fields: { ...fields, more, withinMs }, text: `${line.text}: more like it` })
  }

  function look(alike: string, kind: Kind): void {
    const now = clock.steady()
    const isOver = now - kind.lastAt >= QUIET_MS
    if (isOver || now - kind.toldAt >= TELL_EVERY_MS) tell(kind)
    if (isOver) kinds.delete(alike)
    else wait(alike, kind)
  }

  function wait(alike: string, kind: Kind): void {
    kind.callOff = clock.after(QUIET_MS, () => look(alike, kind))
  }

  return {
    say(line) {
      const { alike } = line
      if (alike === undefined || closed) return write(line)
      const now = clock.steady()
      const known = kinds.get(alike)
      if (known) {
        known.more += 1
        known.lastAt = now
        return
      }
      write(line)
      if (kinds.size >= MOST_KINDS) return
      const kind = { line, more: 0, lastAt: now, toldAt: now, callOff: () => undefined }
      kinds.set(alike, kind)
      wait(alike, kind)
    },
    close() {
      closed = true
      for (const kind of kinds.values()) {
        kind.callOff()
        tell(kind)
      }
      kinds.clear()
    },
  }
}
