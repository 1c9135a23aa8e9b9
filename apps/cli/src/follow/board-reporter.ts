/** For people: a bar per job; files and problems below, so that nothing comes between the bars. */
import type { Io } from '../io.ts'
import type { Reporter } from './reporter.ts'
import { createJobBoard } from '../terminal/job-board.ts'
import { readSkills } from '../terminal/terminal.ts'
import { toPlainText } from '../terminal/text.ts'

export function createBoardReporter({ stdout, stderr, config }: Io): Reporter {
  const skills = readSkills(stdout, config.terminal)
  const board = createJobBoard(stdout, skills)
  const later: (() => void)[] = []
  /** Where lines are drawn over, all others wait until no more are. */
  const say = (write: () => void) => {
    if (skills.live) later.push(write)
    else write()
  }
  return {
    accepted: ({ jobId, label }) => board.show(jobId, label, null),
    update: ({ jobId, label }, update) => board.show(jobId, label, update),
    output: (_job, output, path) =>
      say(() => void stdout.write(`${toPlainText(path ?? output.url)}\n`)),
    ended: () => undefined,
    problem: (lines) => say(() => lines.forEach((line) => stderr.write(`${line}\n`))),
    ask: (question) => board.foot(question),
    close() {
      board.close()
      for (const write of later.splice(0)) write()
    },
  }
}
