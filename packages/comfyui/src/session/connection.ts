/** One connection to a host's socket, from the handshake to its close. */
import type { RawData } from 'ws'
import { WebSocket } from 'ws'
import { decodeBinary, decodeText } from '../protocol/decode.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import type { SessionClock } from './clock.ts'
import type { Observe } from './prompt-state.ts'
import type { SocketTimings } from './timings.ts'

/** Flags belong to the connection: without them the host falls back to previews that name no prompt. */
const FEATURE_FLAGS = JSON.stringify({
  type: 'feature_flags',
  data: { supports_preview_metadata: true },
})

/** SaveImageWebsocket sends whole pictures, uncompressed ones included. */
const MAX_PAYLOAD_BYTES = 128 * 1024 * 1024

export interface ConnectionOptions {
  url: string
  headers: Record<string, string>
  timings: SocketTimings
  clock: SessionClock
  /** Ends the connection; the returned promise settles once it is really closed. */
  signal: AbortSignal
  observe: Observe
  onOpen(): void
  onMessage(message: HostMessage): void
  /** Whether a binary frame is worth reading. */
  reads(frame: Uint8Array): boolean
}

/** @returns whether it was ever open */
export function runConnection(options: ConnectionOptions): Promise<boolean> {
  const { timings, clock, signal } = options
  return new Promise((resolve) => {
    let opened = false
    let callOffKill = () => {}
    let callOffPing = () => {}
    const socket = new WebSocket(options.url, {
      headers: options.headers,
      // the host would spend its one thread on compressing JPEGs
      perMessageDeflate: false,
      maxPayload: MAX_PAYLOAD_BYTES,
      handshakeTimeout: timings.handshakeMs,
    })

    // the host itself never pings
    const ping = () => {
      callOffPing = clock.after(timings.pingMs, ping)
      if (socket.readyState !== WebSocket.OPEN) return
      const { action } = options.observe({ type: 'pingDue' })
      if (action === 'terminate') socket.terminate()
      else socket.ping()
    }
    const alive = () => options.observe({ type: 'alive' })

    // A polite close first: when the host has answered it, its handler has unregistered this
    // clientId, and will not unregister the next connection's by cleaning up late.
    const end = () => {
      if (socket.readyState !== WebSocket.OPEN) return socket.terminate()
      socket.close(1000)
      callOffKill = clock.after(timings.closeMs, () => socket.terminate())
    }

    socket.on('open', () => {
      opened = true
      socket.send(FEATURE_FLAGS)
      callOffPing = clock.after(timings.pingMs, ping)
      options.onOpen()
    })
    socket.on('message', (data, isBinary) => {
      if (signal.aborted) return
      alive()
      const frame = toBytes(data)
      if (!isBinary) return options.onMessage(decodeText(frame.toString()))
      if (options.reads(frame)) options.onMessage(decodeBinary(frame))
    })
    socket.on('pong', alive)
    // a close always follows, and is all there is to know
    socket.on('error', () => {})
    socket.on('close', () => {
      callOffPing()
      callOffKill()
      signal.removeEventListener('abort', end)
      resolve(opened)
    })
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}

function toBytes(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
