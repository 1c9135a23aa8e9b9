/** Jobs under each other, one line each, kept up to date until closed. */
import { toJobDisplay, type JobDisplay, type JobUpdate } from '@safelight/client'
import stringWidth from 'string-width'
import { type BoardRow, toEndNote, toJobLine, toRowName } from './job-line.ts'
import { createPaint } from './paint.ts'
import { createScreen, type ScreenLine } from './screen.ts'
import type { Terminal } from '../io.ts'
import { type TerminalSkills, toColumns, toRows } from './terminal.ts'

export interface JobBoard {
  /** @param update null while nothing has been heard of the job */
  show(jobId: string, label: string, update: JobUpdate | null): void
  /** A line that stays, above the jobs. */
  print(text: string): void
  /** One more line under the jobs, e.g. a question; null takes it away. */
  foot(text: string | null): void
  /** All jobs are shown as they are now, and the cursor is back. */
  close(): void
}

/** Often enough to look alive, and for times that run down. */
const REDRAW_MS = 100
interface Entry {
  label: string
  update: JobUpdate | null
}

export function createJobBoard(terminal: Terminal, skills: TerminalSkills): JobBoard {
  const screen = createScreen(terminal, skills.live)
  const paint = createPaint(skills.colors)
  const entries = new Map<string, Entry>()
  let question: string | null = null
  let closed = false

  function toLines(): (ScreenLine & { job: JobDisplay })[] {
    const rows = [...entries].map(([key, entry]) => ({ key, ...toRow(entry) }))
    const labelWidth = Math.max(...rows.map((row) => stringWidth(toRowName(row))))
    // the last column stays empty: some terminals wrap as soon as it is written to
    const width = skills.live ? toColumns(terminal) - 1 : Number.POSITIVE_INFINITY
    return rows.map(({ key, ...row }) => ({
      key,
      job: row.job,
      text: toJobLine(row, { width, labelWidth, paint }),
      milestone: toMilestone(row.job),
    }))
  }

  function draw(): void {
    const foot =
      question === null ? [] : [{ key: '?', text: paint(question, 'bold'), milestone: question }]
    // one row for the cursor
    const room = skills.live ? toRows(terminal) - 1 - foot.length : Infinity
    screen.draw([...toFitting(toLines(), room), ...foot])
  }

  let timer: NodeJS.Timeout | null = null
  return {
    show(jobId, label, update) {
      if (closed) return
      entries.set(jobId, { label, update })
      if (!skills.live) return draw()
      if (timer) return
      draw()
      timer = setInterval(draw, REDRAW_MS)
      timer.unref()
    },
    print: (text) => screen.print(text),
    foot(text) {
      question = text
      draw()
    },
    close() {
      if (closed) return
      closed = true
      if (timer) clearInterval(timer)
      // nothing is drawn over any more, so all may be said
      screen.close(toLines())
    },
  }
}

function toRow({ label, update }: Entry): BoardRow {
  const job = toJobDisplay(update, { now: Date.now() })
  return {
    label,
    job,
    note: update && toEndNote(update.snapshot, job),
  }
}

/**
 * Where the numbers of a moving job come from is no news. Nothing is known before the first update, and
 * what is complete will have ended in a moment: no news, either.
 */
function toMilestone({ badge, isMoving, value, ended }: JobDisplay): string | null {
  if (badge.kind === 'connecting' || (badge.kind === 'complete' && !ended)) return null
  return `${isMoving ? 'running' : badge.kind} ${Math.floor(value * 10)}`
}

/** What would not fit the height is counted: first what has ended, then what comes last. */
function toFitting(
  lines: readonly (ScreenLine & { job: JobDisplay })[],
  room: number,
): ScreenLine[] {
  if (lines.length <= room) return [...lines]
  const going = lines.filter(({ job }) => !job.ended)
  const shown = new Set([...going, ...lines.filter(({ job }) => job.ended)].slice(0, room - 1))
  const counts = new Map<string, number>()
  for (const line of lines) {
    if (shown.has(line)) continue
    const word = line.job.badge.label.split(' ')[0]?.toLowerCase() ?? ''
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const more = [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
  const rest = {
    key: '+',
    text: `  and ${lines.length - shown.size} more: ${more}`,
    milestone: null,
  }
  return [...lines.filter((line) => shown.has(line)), rest]
}
