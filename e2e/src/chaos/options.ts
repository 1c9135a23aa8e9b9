/** What `npm run chaos` is asked for. */
import { parseArgs } from 'node:util'

export interface ChaosOptions {
  minutes: number
  seed: number
  /** Logs and data of all processes stay here; none: they stay only when something is wrong. */
  keep: string | null
}

export const USAGE = `npm run chaos -- [--minutes N] [--seed S] [--keep FOLDER]

  --minutes <number>  how long processes are broken while jobs run (2)
  --seed <number>     the same seed breaks the same things in the same order (by chance)
  --keep <folder>     keep the logs of all processes there, also when all is well
`

const LONGEST_MINUTES = 120

/** @throws Error in words for people */
export function parseOptions(args: string[], anySeed: () => number): ChaosOptions {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string' },
      keep: { type: 'string' },
    },
  })
  const minutes = Number(values.minutes)
  const seed = values.seed === undefined ? anySeed() : Number(values.seed)
  if (!(minutes > 0 && minutes <= LONGEST_MINUTES))
    throw new Error(`--minutes must be above 0 and at most ${LONGEST_MINUTES}`)
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be a whole number from 0')
  return { minutes, seed, keep: values.keep ?? null }
}
