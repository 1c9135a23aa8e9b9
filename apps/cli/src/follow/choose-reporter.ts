/** The options that say how to tell of jobs. */
import { UsageError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Options } from '../options.ts'
import { createBoardReporter } from './board-reporter.ts'
import { createJsonReporter } from './json-reporter.ts'
import { createQuietReporter } from './quiet-reporter.ts'
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
