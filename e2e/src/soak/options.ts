/** What `npm run soak` is asked for. */
import { parseArgs } from 'node:util'

export interface SoakOptions {
  minutes: number
  jobsPerMinute: number
  seed: number
  /** Every look and the verdict, for programs; none: they are not written. */
  json: string | null
  /** Logs and data of all processes stay here; none: they stay only when something grows. */
  keep: string | null
}

export const USAGE = `npm run soak -- [--minutes N] [--jobs-per-minute N] [--seed S] [--json FILE] [--keep FOLDER]

  --minutes <number>          how long jobs run (60)
  --jobs-per-minute <number>  how many are submitted, at most (240)
  --seed <number>             of all that is left to chance (1)
  --json <file>               every look and the verdict, for programs
  --keep <folder>             keep the logs of all processes there, also when nothing grows
`

const LONGEST_MINUTES = 7 * 24 * 60
const MOST_PER_MINUTE = 6_000

/** @throws Error in words for people */
export function parseOptions(args: string[]): SoakOptions {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '60' },
      'jobs-per-minute': { type: 'string', default: '240' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      keep: { type: 'string' },
    },
  })
  const [minutes, jobsPerMinute] = [Number(values.minutes), Number(values['jobs-per-minute'])]
  const seed = Number(values.seed)
  if (!(minutes > 0 && minutes <= LONGEST_MINUTES))
    throw new Error(`--minutes must be above 0 and at most ${LONGEST_MINUTES}`)
  if (!(jobsPerMinute > 0 && jobsPerMinute <= MOST_PER_MINUTE))
    throw new Error(`--jobs-per-minute must be above 0 and at most ${MOST_PER_MINUTE}`)
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be a whole number from 0')
  return { minutes, jobsPerMinute, seed, json: values.json ?? null, keep: values.keep ?? null }
}
