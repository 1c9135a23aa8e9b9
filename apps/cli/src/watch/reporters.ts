/** Reporters for people and for scripts, and the options that choose between all of them. */
import { UsageError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Options } from '../options.ts'
import { createJobBoard } from '../terminal/job-board.ts'
import { readSkills } from '../terminal/terminal.ts'
import { toPlainText } from '../plain-text.ts'
import { createJsonReporter } from './json-reporter.ts'
import type { Reporter } from './reporter.ts'

export const REPORT_OPTIONS = {
  json: { type: 'boolean', text: 'one JSON object per line: accepted, progress, output, end' },
  quiet: { type: 'boolean', short: 'q', text: 'print only where the outputs are' },
} as const satisfies Options

export function chooseReporter(
  { json = false, quiet = false }: { json?: boolean; quiet?: boolean },
  io: Io,
): Reporter {
  if (json && quiet) throw new UsageError('--json and --quiet exclude each other')
  if (json) return createJsonReporter(io)
  return quiet ? createQuietReporter(io) : createBoardReporter(io)
}

/** For people: a bar per job; files and problems below, so that nothing comes between the bars. */
function createBoardReporter({ stdout, stderr, config }: Io): Reporter {
  const skills = readSkills(stdout, config.terminal)
  const board = createJobBoard(stdout, skills)
  const later: (() => void)[] = []
  /** Where lines are drawn over, all others wait until no more are. */
  const print = (write: () => void) => {
    if (skills.live) later.push(write)
    else write()
  }
  return {
    accepted: ({ jobId, label }) => board.show(jobId, label, null),
    update: ({ jobId, label }, update) => board.show(jobId, label, update),
    output: (_job, output, path) =>
      print(() => void stdout.write(`${toPlainText(path ?? output.url)}\n`)),
    ended: () => undefined,
    problem: (lines) => print(() => lines.forEach((line) => stderr.write(`${line}\n`))),
    ask: (question) => board.foot(question),
    close() {
      board.close()
      for (const write of later.splice(0)) write()
    },
  }
}

/** For scripts: where the outputs are, and what went wrong. */
function createQuietReporter({ stdout, stderr }: Io): Reporter {
  return {
    accepted: () => undefined,
    update: () => undefined,
    output: (_job, output, path) => void stdout.write(`${toPlainText(path ?? output.url)}\n`),
    ended: () => undefined,
    problem: (lines) => lines.forEach((line) => stderr.write(`${line}\n`)),
    ask(question) {
      if (question !== null) stderr.write(`${question}\n`)
    },
    close: () => undefined,
  }
}
