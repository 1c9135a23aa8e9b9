/** Follows one job over Socket.IO to its end, with the reducer that the server uses. */
import {
  type ClientToServerEvents,
  isTerminal,
  reduceJob,
  type ServerToClientEvents,
  type SnapshotView,
} from '@safelight/shared'
import { io, type Socket } from 'socket.io-client'

type GatewaySocket = Socket<ServerToClientEvents, ClientToServerEvents>

export interface WatchOptions {
  apiUrl: string
  jobId: string
  onChange: (snapshot: SnapshotView) => void
  signal: AbortSignal
}

/** @returns the final snapshot */
export function watchJob({ apiUrl, jobId, onChange, signal }: WatchOptions): Promise<SnapshotView> {
  const socket: GatewaySocket = io(apiUrl, { transports: ['websocket'], forceNew: true })
  return new Promise<SnapshotView>((resolve, reject) => {
    let snapshot: SnapshotView | null = null
    const take = (next: SnapshotView) => {
      snapshot = next
      onChange(next)
      if (isTerminal(next.status)) resolve(next)
    }
    // every connection, the first or the tenth, says the last event it has and hears what came after
    socket.on('connect', () => {
      const after = snapshot ? { afterSeq: snapshot.seq, stamp: snapshot.stamp } : {}
      socket.emit('watch', { jobId, ...after }, (answer) => {
        if (answer.ok) take(answer.snapshot)
        else reject(new Error(answer.error.message))
      })
    })
    socket.on('event', (event) => {
      if (event.jobId === jobId && snapshot) take(reduceJob(snapshot, event))
    })
    socket.on('resync', (fresh) => {
      if (fresh.jobId === jobId) take(fresh)
    })
    signal.addEventListener('abort', () => reject(toError(signal.reason)), { once: true })
  }).finally(() => socket.disconnect())
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
