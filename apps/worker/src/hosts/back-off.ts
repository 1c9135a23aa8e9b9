/** How long a host is left alone after this many failures in a row. */

const FIRST_MS = 500
const LONGEST_MS = 30_000

export function backOffMs(times: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, times - 1))
}
