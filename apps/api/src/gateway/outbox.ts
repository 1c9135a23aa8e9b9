/**
 * What one socket is still to be sent, in order, of all jobs it watches.
 *
 * What comes in one tick leaves as one write; what comes while a write is under way waits for its end and leaves
 * together. So a client that reads slowly costs few writes, and one that stopped reading keeps no more than the bound:
 * whoever fills it asks `isFull` first.
 */
import type { Delivery } from '../watch/deliveries.ts'
import type { Packet } from './packet.ts'
import type { GatewaySocket } from './sockets.ts'

/** Unsent bytes from which a client counts as slow, as on an event stream. */
const SLOW_BYTES = 256 * 1024
/** Smaller ones are copied together: a copy for each socket costs less than a write. */
const SMALL_BYTES = 16 * 1024

export interface Outbox {
  readonly isFull: boolean
  push(jobId: string, packet: Packet): void
  /** Only while nothing is on its way: for what is not worth a queue. */
  offer(jobId: string, write: () => Packet): void
  /** Of this job nothing that is still here is sent. */
  forget(jobId: string): void
  close(): void
}

interface OutboxOptions {
  conn: GatewaySocket['conn']
  delivery: Pick<Delivery, 'sent'>
  /** Everything has been sent. */
  onDrained: () => void
}

export function createOutbox({ conn, delivery, onDrained }: OutboxOptions): Outbox {
  let waiting: { jobId: string; packet: Packet }[] = []
  let bytes = 0
  let isScheduled = false
  let isSending = false
  let closed = false

  function push(jobId: string, packet: Packet): void {
    if (closed) return
    waiting.push({ jobId, packet })
    bytes += packet.frames.length
    if (isScheduled || isSending) return
    isScheduled = true
    process.nextTick(send)
  }

  function send(): void {
    isScheduled = false
    if (isSending || closed || waiting.length === 0) return
    const packets = waiting.map(({ packet }) => packet)
    waiting = []
    delivery.sent(0, bytes)
    bytes = 0
    isSending = true
    // a poll takes whole messages, and never follows a WebSocket
    if (conn.transport.name === 'websocket') writeFrames(packets)
    else writeParts(packets)
  }

  function writeParts(packets: readonly Packet[]): void {
    const parts = packets.flatMap((packet) => packet.parts)
    for (const [at, part] of parts.entries())
      conn.write(part, {}, at === parts.length - 1 ? onSent : undefined)
  }

  function writeFrames(packets: readonly Packet[]): void {
    const pieces = toPieces(packets)
    for (const [at, piece] of pieces.entries()) {
      // Engine.IO's way for a broadcast: the frames are written as they are, in place of the message
      const options = { compress: false, wsPreEncodedFrame: [piece] }
      conn.write('', options, at === pieces.length - 1 ? onSent : undefined)
    }
  }

  function onSent(): void {
    isSending = false
    if (closed) return
    if (waiting.length > 0) send()
    else onDrained()
  }

  // what was written to the transport before it may never be heard of again
  conn.on('upgrade', onSent)

  return {
    get isFull() {
      return bytes > SLOW_BYTES
    },
    push,
    offer(jobId, write) {
      if (!isSending) push(jobId, write())
    },
    forget(jobId) {
      waiting = waiting.filter((entry) => entry.jobId !== jobId)
      bytes = waiting.reduce((sum, { packet }) => sum + packet.frames.length, 0)
    },
    close() {
      closed = true
      waiting = []
      conn.off('upgrade', onSent)
    },
  }
}

/** Neighbours that are small become one piece. */
function toPieces(packets: readonly Packet[]): Buffer[] {
  const [first] = packets
  if (packets.length === 1 && first) return [first.frames]
  const pieces: Buffer[] = []
  let small: Buffer[] = []
  const close = () => {
    if (small.length > 0) pieces.push(Buffer.concat(small))
    small = []
  }
  for (const { frames } of packets) {
    if (frames.length <= SMALL_BYTES) small.push(frames)
    else {
      close()
      pieces.push(frames)
    }
  }
  close()
  return pieces
}
