/**
 * `PromptSocket`: keeps exactly one connection to a host's socket open until it is closed.
 *
 * One loop: connect → live until it ends (host, network, heartbeat or `reopen`) → wait → connect again.
 * There are never two connections with one clientId: the host would unregister the second when it
 * cleans up the first. So a connection is fully closed before the next one is made, and the wait in
 * between gives the host time for its cleanup.
 */
import { toSocketAddress } from '../client/base-url.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import { backoffMs } from './backoff.ts'
import { runConnection } from './connection.ts'
import type { SocketTimings } from './timings.ts'
import { createWake } from './wake.ts'

export interface PromptSocketOptions {
  baseUrl: string
  clientId: string
  timings: SocketTimings
  onOpen(): void
  /** Only after an `onOpen`. */
  onClosed(): void
  onMessage(message: HostMessage): void
}

export interface PromptSocket {
  readonly open: boolean
  /** Ends the connection and makes a new one: for a host that has gone silent. */
  reopen(): void
  /** Resolves when the connection is closed and no timer is left. */
  close(): Promise<void>
}

export function openPromptSocket(options: PromptSocketOptions): PromptSocket {
  const { timings } = options
  const address = toSocketAddress(options.baseUrl, options.clientId)
  const closing = new AbortController()
  const pause = createWake()
  let current = new AbortController()
  let open = false

  async function live(): Promise<void> {
    let failures = 0
    while (!closing.signal.aborted) {
      current = new AbortController()
      const opened = await runConnection({
        ...address,
        timings,
        signal: current.signal,
        onMessage: (message) => options.onMessage(message),
        onOpen() {
          open = true
          options.onOpen()
        },
      })
      open = false
      if (opened) options.onClosed()
      failures = opened ? 0 : failures + 1
      if (closing.signal.aborted) return
      const range = { minMs: timings.reconnectMinMs, maxMs: timings.reconnectMaxMs }
      await pause.wait(backoffMs(failures, range), closing.signal).catch(() => {})
    }
  }
  const living = live()

  return {
    get open() {
      return open
    },
    reopen: () => current.abort(),
    async close() {
      closing.abort()
      current.abort()
      await living
    },
  }
}
