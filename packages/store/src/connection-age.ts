/**
 * Since when a client's present connection to Redis lasts, by Redis' clock. Whatever makes Redis forget what it had
 * answered (a crash that loses the last second, a replica that takes over) cuts the connections to it; so what was
 * written since this one was made has not been forgotten.
 */
import type { Redis } from 'ioredis'

/** After a failover it is another machine's clock: they agree this well. */
const CLOCKS_AGREE_MS = 2_000

/** Whether what was written then (ms since the epoch, by Redis' clock), and all that came after it, is sure to be remembered. */
export type IsRemembered = (writtenAtMs: number) => boolean

export function watchConnection(
  redis: Redis,
  { clocksAgreeMs = CLOCKS_AGREE_MS } = {},
): IsRemembered {
  let life = 0
  let sinceMs = Number.POSITIVE_INFINITY

  async function begin(): Promise<void> {
    const mine = life
    const [seconds, micros] = await redis.time()
    // told in an earlier life, or late: the next one asks for itself
    if (mine === life) sinceMs = Number(seconds) * 1_000 + Number(micros) / 1_000
  }
  function onReady(): void {
    // not known: then nothing is sure, and the next connection will ask
    begin().catch(() => undefined)
  }

  redis.on('close', () => {
    life += 1
    sinceMs = Number.POSITIVE_INFINITY
  })
  redis.on('ready', onReady)
  if (redis.status === 'ready') onReady()
  return (writtenAtMs) => writtenAtMs > sinceMs + clocksAgreeMs
}
