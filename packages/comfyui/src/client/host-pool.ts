/** `HostPool`: connections to hosts, kept open from one call to the next. */
import { Agent, type Dispatcher } from 'undici'

export interface HostPool {
  /** One call. Its answer's body is the caller's to read to the end, or to destroy. */
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>
  /** Connections to hosts, and calls on them, all together. */
  holds(): { hosts: number; connected: number; running: number; waiting: number }
  /** Breaks off the calls that go on, and closes every connection. */
  close(): Promise<void>
}

/**
 * How long a connection may lie idle and still be used. Longer than the pause between two probes (5 s), so that a
 * fleet that rests keeps one connection per host; shorter than what ComfyUI (75 s) and the usual proxies before it
 * (60 s and more) allow: a call on a connection that the other side is closing fails, and a POST that failed may have
 * been heard. Whoever closes sooner says so (`Keep-Alive: timeout=…`), and is believed.
 */
const IDLE_MS = 12_000
/** A promise of more is not needed: then a new connection is as good. */
const IDLE_MAX_MS = 60_000
/** A connection that is not made within this will not be: the call's own limit is for the answer. */
const CONNECT_MS = 10_000

/** Per host as many connections as there are calls at once: with fewer, a POST would wait behind a download. */
export function createHostPool(): HostPool {
  const agent = new Agent({
    // one call at a time on a connection: what goes wrong with it concerns that call only, and nothing is sent twice
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MAX_MS,
    connect: { timeout: CONNECT_MS },
    // every call has a deadline of its own, that can tell who is silent
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    request: (options) => agent.request(options),
    holds() {
      // by address, which nobody is to see
      const all = Object.values(agent.stats)
      const sum = (of: (one: (typeof all)[number]) => number | undefined) =>
        all.reduce((total, one) => total + (of(one) ?? 0), 0)
      return {
        hosts: all.length,
        connected: sum(({ connected }) => Number(connected)),
        running: sum(({ running }) => running),
        waiting: sum(({ pending }) => pending),
      }
    },
    close: () => agent.destroy(),
  }
}
