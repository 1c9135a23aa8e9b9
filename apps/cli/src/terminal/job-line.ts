/** A job as one line of a terminal: bar, percent, badge, step, what happens now, time left. Pure. */
import type { BadgeKind, JobDisplay } from '@safelight/client'
import type { SnapshotView } from '@safelight/shared'
import stringWidth from 'string-width'
import type { TextColor, Paint } from './paint.ts'
import { toPlainText } from '../plain-text.ts'
import { cutText, padText } from './text.ts'

export interface BoardRow {
  /** Which job it is, in the caller's words. */
  label: string
  job: JobDisplay
  /** Said at the end of a job that came to something. */
  note: string | null
}

export interface LineStyle {
  /** Columns there are; without a bound, nothing is cut. */
  width: number
  /** Columns of the longest label beside it, so that bars stand in line. */
  labelWidth: number
  paint: Paint
}

/** `2 outputs in 14 s`, `1 output in 3 s, 2 nodes skipped, 1 node failed`, said beside the bar; null for a job that came to nothing. */
export function toEndNote(
  { status, outputs, nodes }: SnapshotView,
  { took }: Pick<JobDisplay, 'took'>,
): string | null {
  if (status !== 'succeeded') return null
  const count = `${outputs.length} ${outputs.length === 1 ? 'output' : 'outputs'}`
  const made = took === null ? count : `${count} ${took}`
  const states = Object.values(nodes)
  const missing = (['skipped', 'failed', 'blocked'] as const).flatMap((wanted) => {
    const count = states.filter((state) => state === wanted).length
    return count > 0 ? [`${count} ${count === 1 ? 'node' : 'nodes'} ${wanted}`] : []
  })
  return [made, ...missing].join(', ')
}

const SYMBOLS: Record<BadgeKind, { symbol: string; color: TextColor }> = {
  connecting: { symbol: '◌', color: 'yellow' },
  queued: { symbol: '○', color: 'yellow' },
  connected: { symbol: '●', color: 'cyan' },
  inference: { symbol: '●', color: 'cyan' },
  node: { symbol: '●', color: 'cyan' },
  aggregate: { symbol: '●', color: 'cyan' },
  complete: { symbol: '✓', color: 'green' },
  stalled: { symbol: '!', color: 'magenta' },
  canceling: { symbol: '●', color: 'magenta' },
  canceled: { symbol: '–', color: 'magenta' },
  failed: { symbol: '✗', color: 'red' },
  expired: { symbol: '✗', color: 'red' },
  reconnecting: { symbol: '◌', color: 'yellow' },
}

/** The longest badges: `Reconnecting`, `Queued · #12`. */
const BADGE_WIDTH = 12
const STEP_WIDTH = 'step 12/20'.length
/** Less says nothing any more. */
const NOW_AT_LEAST = 10

export function toJobLine({ label, job, note }: BoardRow, style: LineStyle): string {
  const { width, paint } = style
  const { symbol, color } = SYMBOLS[job.badge.kind]
  const barWidth = toBarWidth(width)
  const labelWidth = Math.min(style.labelWidth, Math.max(6, Math.floor(width * 0.3)), width - 8)
  const name = padText(toRowName({ label, job }, labelWidth), labelWidth)
  const bar = toBar(job.value, barWidth)
  const head = [
    { text: `${symbol} ${name}`, painted: `${paint(symbol, color)} ${name}` },
    { text: bar.full + bar.rest, painted: paint(bar.full, color) + paint(bar.rest, 'dim') },
    plain((job.isKnown ? `${job.percent}%` : '–').padStart(4)),
  ].filter(({ text }) => text !== '')
  const used = head.reduce((sum, { text }) => sum + stringWidth(text) + GAP.length, 0)
  const badge = cutText(job.badge.label, width - used)
  const room = width - used - Math.max(BADGE_WIDTH, stringWidth(badge))
  const tail = toTail(job, note, room)
  const painted = paint(tail ? padText(badge, BADGE_WIDTH) : badge, color)
  return [...head.map(({ painted }) => painted), ...(badge ? [painted] : [])].join(GAP) + tail
}

const GAP = '  '

/** `portrait · Image 1 of 4`; where that is too long, which image it is matters more. */
export function toRowName(
  { label, job }: Pick<BoardRow, 'label' | 'job'>,
  width = Infinity,
): string {
  const name = toPlainText(label)
  const image = job.image === null ? '' : ` · ${job.image}`
  const room = width - stringWidth(image)
  return room < Math.min(4, stringWidth(name)) ? cutText(name, width) : cutText(name, room) + image
}

function plain(text: string): { text: string; painted: string } {
  return { text, painted: text }
}

/** Under 60 columns the words matter more than the bar. */
function toBarWidth(width: number): number {
  if (width >= 130) return 28
  if (width >= 100) return 22
  if (width >= 80) return 16
  if (width >= 60) return 12
  return width >= 44 ? 8 : 0
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

function toBar(value: number, width: number): { full: string; rest: string } {
  const eighths = Math.floor(value * width * EIGHTHS.length)
  const part = EIGHTHS[eighths % EIGHTHS.length] ?? ''
  const full = '█'.repeat(Math.floor(eighths / EIGHTHS.length)) + part
  return { full, rest: '░'.repeat(width - full.length) }
}

/** Steps, nodes, what happens now, time left: as many as fit; of what happens now, as much as fits. */
function toTail(job: JobDisplay, note: string | null, room: number): string {
  if (job.ended) {
    const { summary = '', detail = null } = job.failure ?? {}
    const words = note ?? (detail === null ? summary : `${summary} ${detail}`)
    const text = cutText(toPlainText(words), room - GAP.length)
    return text && GAP + text
  }
  const now = toNow(job)
  const eta = job.eta === null || job.stalled !== null ? '' : job.eta
  const wanted = stringWidth(eta) + Math.min(stringWidth(now), NOW_AT_LEAST) + GAP.length * 2
  let left = room
  let tail = ''
  const add = (text: string, keep: number) => {
    if (!text || stringWidth(text) + GAP.length + keep > left) return
    tail += GAP + text
    left -= stringWidth(text) + GAP.length
  }
  add(job.step === null ? '' : padText(`step ${job.step}`, STEP_WIDTH), 0)
  add(job.attempt ?? '', wanted)
  add(job.nodes ?? '', Math.max(wanted, 40))
  const short = cutText(now, left - GAP.length - (eta ? stringWidth(eta) + GAP.length : 0))
  if (stringWidth(short) >= Math.min(NOW_AT_LEAST, stringWidth(now))) add(short, 0)
  add(eta, 0)
  return tail.trimEnd()
}

/** What the step says already is not said twice. */
function toNow({ node, step, stalled }: JobDisplay): string {
  const now = toPlainText(stalled ?? node ?? '')
  if (step === null) return now
  const at = now.lastIndexOf(` ${step}`)
  // what else is said of the node follows after a comma
  const rest = now.slice(at + step.length + 1)
  return at >= 0 && (rest === '' || rest.startsWith(', ')) ? now.slice(0, at) + rest : now
}
