/** How long this thread has run: unlike the time that passes, it does not grow by what others run beside it. */
import { existsSync, readFileSync } from 'node:fs'

/** What Linux says of each thread, in nanoseconds. */
const RAN = '/proc/thread-self/schedstat'

/** ms; only differences count. Where nobody says how long we ran, it is the time that passes. */
export const ranMs = existsSync(RAN)
  ? () => Number.parseInt(readFileSync(RAN, 'latin1')) / 1e6
  : () => performance.now()
