/** What `npm run chaos` is asked for. */
import { parseArgs } from 'node:util'

export interface ChaosOptions {
  minutes: number
  seed: number
  /** Small jobs of one owner that wait from the beginning. */
  waiting: number
  /** Logs and data of all processes stay here; none: they stay only when something is wrong. */
  keep: string | null
  /** A Prometheus counts beside it, and its numbers and alerts are held to what happened. */
  prometheus: boolean
  /** Nothing but freezes, several at once, and many cancels. */
  freeze: boolean
}

export const USAGE = `npm run chaos -- [--minutes N] [--seed S] [--waiting JOBS] [--keep FOLDER] [--prometheus | --freeze]

  --minutes <number>  how long processes are broken while jobs run (2)
  --seed <number>     the same seed breaks the same things in the same order (by chance)
  --waiting <number>  so many small jobs wait when the first worker is killed (0)
  --keep <folder>     keep the logs of all processes there, also when all is well
  --prometheus        a Prometheus counts beside it: its numbers and alerts are held to what happened, and some
                      blows last until their alerts must fire (10 minutes: all of them)
  --freeze            in place of all other blows every process is stopped and let go on, again and again, for 0.2 to
                      25 seconds, several at once; and three of four jobs are canceled
`

const LONGEST_MINUTES = 120
/** More are refused: `queue_full`. */
const MOST_WAITING = 9_000

/** @throws Error in words for people */
export function parseOptions(args: string[], anySeed: () => number): ChaosOptions {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string' },
      waiting: { type: 'string', default: '0' },
      keep: { type: 'string' },
      prometheus: { type: 'boolean', default: false },
      freeze: { type: 'boolean', default: false },
    },
  })
  const minutes = Number(values.minutes)
  const seed = values.seed === undefined ? anySeed() : Number(values.seed)
  if (!(minutes > 0 && minutes <= LONGEST_MINUTES))
    throw new Error(`--minutes must be above 0 and at most ${LONGEST_MINUTES}`)
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be a whole number from 0')
  const waiting = Number(values.waiting)
  if (!Number.isInteger(waiting) || waiting < 0 || waiting > MOST_WAITING)
    throw new Error(`--waiting must be a whole number from 0 to ${MOST_WAITING}`)
  const { keep = null, prometheus, freeze } = values
  // its alerts are held to single blows
  if (prometheus && freeze) throw new Error('--prometheus and --freeze do not go together')
  return { minutes, seed, waiting, keep, prometheus, freeze }
}
