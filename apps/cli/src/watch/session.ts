/** Watches jobs to their ends: reports on them, saves what they make, and answers Ctrl-C. */
import { type Client, type JobUpdate, RequestError } from '@safelight/client'
import { toErrorLines, toJobErrorLines, toErrorLine } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { saveOutputFile } from '../save-outputs.ts'
import { watchInterrupts } from './interrupts.ts'
import type { LabeledJob, Reporter } from './reporter.ts'

export interface WatchSessionDeps {
  client: Client
  io: Io
  reporter: Reporter
  /** Outputs are saved here; null: only their addresses are printed. */
  folder: string | null
  urlOption: string
}

export interface WatchSession {
  /** Aborted when the user wants no new jobs. */
  readonly stopped: AbortSignal
  /** Aborted when the user waits for nothing any more. */
  readonly left: AbortSignal
  watch(job: LabeledJob): void
  /** A job was not accepted, as far as is known; `more` after it are not tried. */
  refuse(error: unknown, job: { label: string; more: number }): void
  /** Resolves when all jobs have ended, or are left. */
  end(): Promise<ExitCode>
}

type Result = 'succeeded' | 'failed' | 'canceled' | 'refused' | 'left'

/** What says most about the whole, first. */
const CODES: readonly [Result, ExitCode][] = [
  ['left', EXIT.interrupted],
  ['failed', EXIT.failed],
  ['refused', EXIT.refused],
  ['canceled', EXIT.canceled],
]

export function createWatchSession(deps: WatchSessionDeps): WatchSession {
  const { client, io, reporter, folder, urlOption } = deps
  const leaving = new AbortController()
  const stopping = new AbortController()
  const going = new Map<LabeledJob, Promise<Result>>()
  const open = new Set<LabeledJob>()
  const refused: Result[] = []
  const explain = (error: unknown) => reporter.problem(toErrorLines(error, client.baseUrl))

  const stopInterrupts = watchInterrupts(io, {
    ask: (question) => reporter.ask(question),
    cancel() {
      stopping.abort()
      for (const job of open) void cancel(job)
    },
    leave() {
      stopping.abort()
      leaving.abort()
    },
  })

  async function cancel({ jobId }: LabeledJob): Promise<void> {
    await client.jobs.cancel(jobId, { signal: leaving.signal }).catch((error: unknown) => {
      if (!leaving.signal.aborted) explain(error)
    })
  }

  async function watchToEnd(job: LabeledJob): Promise<Result> {
    let last: JobUpdate | null = null
    for await (const update of client.jobs.watch(job.jobId, { signal: leaving.signal })) {
      last = update
      reporter.update(job, update)
    }
    if (!last) throw new RequestError('bad_answer', 'a watch ended before it began')
    const { snapshot } = last
    for (const output of snapshot.outputs) {
      const path =
        folder && (await saveOutputFile(output, { client, folder, signal: leaving.signal }))
      reporter.output(job, output, path)
    }
    reporter.ended(job, snapshot)
    if (snapshot.status === 'succeeded' || snapshot.status === 'canceled') return snapshot.status
    reporter.problem(toJobErrorLines(`${job.label} (${job.jobId})`, snapshot))
    return 'failed'
  }

  async function toResult(job: LabeledJob): Promise<Result> {
    try {
      return await watchToEnd(job)
    } catch (error) {
      if (leaving.signal.aborted) return 'left'
      explain(error)
      return error instanceof RequestError ? 'refused' : 'failed'
    } finally {
      if (!leaving.signal.aborted) open.delete(job)
    }
  }

  return {
    stopped: stopping.signal,
    left: leaving.signal,
    watch(job) {
      reporter.accepted(job)
      open.add(job)
      going.set(job, toResult(job))
      // accepted while the user decided to cancel
      if (stopping.signal.aborted && !leaving.signal.aborted) void cancel(job)
    },
    refuse(error, { label, more }) {
      if (leaving.signal.aborted) {
        reporter.problem([
          toErrorLine(`${label} may have been accepted, too: see \`safelight ls\``),
        ])
        return
      }
      refused.push('refused')
      const [first = '', ...problems] = toErrorLines(error, client.baseUrl, `${label}: `)
      const rest = more === 0 ? [] : [`  ${more} more ${more === 1 ? 'was' : 'were'} not submitted`]
      reporter.problem([first, ...problems, ...rest])
    },
    async end() {
      const results = [...(await Promise.all(going.values())), ...refused]
      stopInterrupts()
      reporter.close()
      if (leaving.signal.aborted) results.push('left')
      if (leaving.signal.aborted && open.size > 0) {
        const ids = [...open].map(({ jobId }) => jobId).join(' ')
        const jobs = open.size === 1 ? 'the job goes on' : `${open.size} jobs go on`
        io.stderr.write(
          `${toErrorLine(`${jobs}; watch again: safelight watch ${ids}${urlOption}`)}\n`,
        )
      }
      return CODES.find(([result]) => results.includes(result))?.[1] ?? EXIT.ok
    },
  }
}
