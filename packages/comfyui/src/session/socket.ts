/**
 * `PromptSocket`: keeps exactly one connection to a host's socket open until it is closed.
 *
 * One loop: connect → live until it ends (host, network, pings without an answer or `reopen`) → wait → connect again.
 * There are never two connections with one clientId: the host would unregister the second when it
 * cleans up the first. So a connection is fully closed before the next one is made, and the wait in
 * between gives the host time for its cleanup.
 */
import type { CallAddress } from '../client/host-address.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import type { SessionClock } from './clock.ts'
import { createWake } from './clock.ts'
import { runConnection } from './connection.ts'
import type { Observe } from './prompt-state.ts'
import type { SocketTimings } from './timings.ts'

export interface PromptSocketOptions {
  /** Asked at each connection: credentials may change. */
  address: () => CallAddress
  timings: SocketTimings
  clock: SessionClock
  /** Observes every opening and closing. */
  observe: Observe
  onOpen(): void
  /** Only after an `onOpen`. */
  onClosed(): void
  onMessage(message: HostMessage): void
  /** Whether a binary frame is worth reading. */
  reads(frame: Uint8Array): boolean
}

export interface PromptSocket {
  /** Ends the connection and makes a new one: when the host sends nothing. */
  reopen(): void
  /** Resolves when the connection is closed and no timer is left. */
  close(): Promise<void>
}

/** Nobody reads it, and one of its own making would note where it was made, which costs more than the close. */
const CLOSED = 'closed'

export function openPromptSocket(options: PromptSocketOptions): PromptSocket {
  const { timings, clock, observe } = options
  const closing = new AbortController()
  const { wait } = createWake(clock)
  let current = new AbortController()

  async function live(): Promise<void> {
    while (!closing.signal.aborted) {
      current = new AbortController()
      const wasOpen = await runConnection({
        ...options.address(),
        timings,
        clock,
        signal: current.signal,
        observe,
        reads: (frame) => options.reads(frame),
        onMessage: (message) => options.onMessage(message),
        onOpen() {
          observe({ type: 'opened' })
          options.onOpen()
        },
      })
      const decision = observe({ type: 'closed', wasOpen })
      if (wasOpen) options.onClosed()
      if (closing.signal.aborted) return
      if (decision.action === 'wait') await wait(decision, closing.signal).catch(() => {})
    }
  }
  const living = live()

  return {
    reopen: () => current.abort(CLOSED),
    async close() {
      closing.abort(CLOSED)
      current.abort(CLOSED)
      await living
    },
  }
}
