/** For scripts: where the outputs are, and what went wrong. */
import type { Io } from '../io.ts'
import type { Reporter } from './reporter.ts'
import { toPlainText } from '../terminal/text.ts'

export function createQuietReporter({ stdout, stderr }: Io): Reporter {
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
