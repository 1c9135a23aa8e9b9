/** The one table of a run, and the line that shows it running. Pure. */
import type { CancelCount } from './cancels.ts'
import type { Recovery } from './recovery.ts'
import { FINDINGS, type Verdict } from './verdict.ts'

export function toTable(verdict: Verdict, startedAt: number): string {
  const { ended, failures, slowest } = verdict
  const codes = Object.entries(failures).map(([code, times]) => `${code} ${times}`)
  const rows: [string, string][] = [
    ['accepted', withNote(verdict.accepted, verdict.unanswered, 'more whose answer was lost')],
    ['succeeded', String(ended.succeeded ?? 0)],
    [
      'failed',
      [ended.failed ?? 0, ...(codes.length > 0 ? [`(${codes.join(', ')})`] : [])].join(' '),
    ],
    ['canceled', String(ended.canceled ?? 0)],
    ['**lost**', mustBeNone(verdict.lost)],
    ['**ends that nothing accounts for**', mustBeNone(verdict.wrongEnds)],
    ['cancels heard as they came about', toCancels(verdict.cancels)],
    ['**executions that went on after their cancel**', mustBeNone(verdict.runOn)],
    ['**changes of priority that were lost**', mustBeNone(verdict.unordered)],
    ['**more prompts on a host than its slots**', mustBeNone(verdict.overfull)],
    ['executions', withNote(verdict.executed, verdict.cutOff, 'cut off with their host')],
    ['**executed twice**', mustBeNone(verdict.executedTwice)],
    ['executed again, result lost with its host', String(verdict.lostWithHost)],
    [
      'watches',
      `${verdict.watches} (${verdict.connections} connections, ${verdict.events} events)`,
    ],
    ['**watches that end differently from the record**', mustBeNone(verdict.differing)],
    ['**events out of order or repeated**', mustBeNone(verdict.disorder)],
    ['files looked at when all was over', String(verdict.files)],
    ['**files that are not what they were**', mustBeNone(verdict.brokenFiles)],
    ['**bytes that nobody needs, after a janitor**', mustBeNone(verdict.leftFiles)],
    ['inputs handed to hosts', String(verdict.handovers)],
    ['**inputs handed over again without need**', mustBeNone(verdict.restaged)],
    ...[...slowest].map(([kind, recovery]): [string, string] => [
      `slowest recovery after the loss of a ${kind}`,
      `${(recovery.ms / 1_000).toFixed(1)} s (${toOccasion(recovery, startedAt)})`,
    ]),
    ...(verdict.mostWaiting === null
      ? []
      : [
          ['most jobs waiting at the loss of a worker', String(verdict.mostWaiting)] as [
            string,
            string,
          ],
        ]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `| ${name.padEnd(width)} | ${value} |`)
  return [`| ${'chaos'.padEnd(width)} | |`, `| ${'-'.repeat(width)} | --- |`, ...lines].join('\n')
}

/** Where to look in the logs for the slowest recoveries, one line each. */
export function toSlowest({ slowest }: Verdict): string[] {
  return [...slowest.values()].map(
    ({ ms, target, what, at, jobId }) => `${ms} ms: ${jobId} after ${target} ${what} (${at})`,
  )
}

/** What is wrong, one line each. */
export function toFindings(verdict: Verdict): string[] {
  return FINDINGS.flatMap(([name, label]) => verdict[name].map((what) => `${label}: ${what}`))
}

export interface Moment {
  elapsedMs: number
  totalMs: number
  accepted: number
  ended: number
  /** What broke last. */
  latest: string
}

const BAR = 24

export function toLine({ elapsedMs, totalMs, accepted, ended, latest }: Moment): string {
  const filled = Math.round(BAR * Math.min(1, elapsedMs / totalMs))
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`
  const time = `${toClock(Math.min(elapsedMs, totalMs))}/${toClock(totalMs)}`
  return `chaos ${bar} ${time}  jobs ${ended}/${accepted}  ${latest}`
}

function toClock(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function toOccasion({ target, what, at, waiting }: Recovery, startedAt: number): string {
  const jobs = waiting === null ? '' : `, ${waiting} jobs waiting`
  return `${target} ${what} at ${toClock(at - startedAt)}${jobs}`
}

function toCancels({ heard, executions, closestMs }: CancelCount): string {
  if (closestMs === null) return String(heard)
  return `${heard} (${executions} executions, the latest ended ${Math.floor(closestMs)} ms before)`
}

function withNote(number: number, extra: number, note: string): string {
  return extra === 0 ? String(number) : `${number} (${extra} ${note})`
}

function mustBeNone(list: string[]): string {
  return list.length === 0 ? '**0**' : `**${list.length}** (must be 0)`
}
