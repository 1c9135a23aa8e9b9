/** For machines: one JSON object per line, in the words of the API. */
import { resolve } from 'node:path'
import type { JobUpdate } from '@safelight/client'
import { isTerminal } from '@safelight/shared'
import type { Io } from '../io.ts'
import type { LabeledJob, Reporter } from './reporter.ts'

export function createJsonReporter({ stdout, stderr }: Io): Reporter {
  const print = (line: Readonly<Record<string, unknown>>) =>
    void stdout.write(`${JSON.stringify(line)}\n`)
  return {
    accepted: ({ jobId, label }) => print({ type: 'accepted', job_id: jobId, label }),
    update(job, update) {
      if (!isTerminal(update.snapshot.status)) print(toProgressLine(job, update))
    },
    output: ({ jobId }, output, path) =>
      print({ type: 'output', job_id: jobId, path: path && resolve(path), output }),
    ended({ jobId }, { status, error, outputs }) {
      print({ type: 'end', job_id: jobId, status, error, outputs: outputs.length })
    },
    problem: (lines) => lines.forEach((line) => stderr.write(`${line}\n`)),
    ask(question) {
      if (question !== null) stderr.write(`${question}\n`)
    },
    close: () => undefined,
  }
}

function toProgressLine({ jobId }: LabeledJob, update: JobUpdate) {
  const { status, phase, attempt, progress } = update.snapshot
  return {
    type: 'progress',
    job_id: jobId,
    status,
    phase,
    attempt,
    queue_position: update.queuePosition,
    eta_ms: update.etaMs ?? progress?.eta_ms ?? null,
    connection: update.connection,
    percent: Math.floor((progress?.value ?? 0) * 100),
    progress,
  }
}
