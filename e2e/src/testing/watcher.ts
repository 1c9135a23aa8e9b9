/** A client that follows a job as well as its connection lets it: it drops, returns, and folds what it hears. */
import {
  type ClientToServerEvents,
  isTerminal,
  type JobEventView,
  reduceJob,
  type ServerToClientEvents,
  type SnapshotView,
} from '@safelight/shared'
import { io, type Socket } from 'socket.io-client'

export interface WatcherOptions {
  jobId: string
  /** Asked for the API to connect to, at each connection. */
  pickUrl: () => string
  /** Ask for the events after this one at the first connection; none: what happens from now on. */
  afterSeq?: number
  /** Told of every snapshot as it comes. */
  onSnapshot?: (snapshot: SnapshotView) => void
  /** How many events to hear before the connection drops, per connection; none: it holds. */
  drops: number[]
}

export interface Watched {
  final: SnapshotView
  connections: number
  /** Every event as it came in, per connection. */
  heard: JobEventView[][]
  /** Overall fractions in the order a person saw them. */
  values: number[]
}

type GatewaySocket = Socket<ServerToClientEvents, ClientToServerEvents>

export async function watchToEnd(options: WatcherOptions): Promise<Watched> {
  const watched = {
    snapshot: null as SnapshotView | null,
    heard: [] as JobEventView[][],
    values: [] as number[],
  }
  const drops = [...options.drops]
  for (;;) {
    const final = await connectOnce(options, watched, drops.shift() ?? Infinity)
    if (final)
      return {
        final,
        connections: watched.heard.length,
        heard: watched.heard,
        values: watched.values,
      }
  }
}

/** @returns the final snapshot, or null when the connection dropped before the end */
function connectOnce(
  { jobId, pickUrl, ...options }: WatcherOptions,
  watched: { snapshot: SnapshotView | null; heard: JobEventView[][]; values: number[] },
  dropAfter: number,
): Promise<SnapshotView | null> {
  const events: JobEventView[] = []
  watched.heard.push(events)
  const socket: GatewaySocket = io(pickUrl(), {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    timeout: 60_000,
  })
  return new Promise<SnapshotView | null>((resolve, reject) => {
    const take = (snapshot: SnapshotView) => {
      watched.snapshot = snapshot
      options.onSnapshot?.(snapshot)
      if (snapshot.progress) watched.values.push(snapshot.progress.value)
      if (isTerminal(snapshot.status)) resolve(snapshot)
      else if (events.length >= dropAfter) resolve(null)
    }
    socket.on('connect_error', reject)
    socket.on('connect', () => {
      const afterSeq = watched.snapshot?.seq ?? options.afterSeq
      const stamp = watched.snapshot?.stamp
      const after = { ...(afterSeq === undefined ? {} : { afterSeq }), ...(stamp && { stamp }) }
      socket.emit('watch', { jobId, ...after }, (answer) => {
        if (!answer.ok) reject(new Error(answer.error.message))
        // a client that comes back keeps its own fold and is told what it missed
        else if (!watched.snapshot) take(answer.snapshot)
        else if (isTerminal(answer.snapshot.status) && answer.snapshot.seq === watched.snapshot.seq)
          take(answer.snapshot)
      })
    })
    socket.on('resync', take)
    socket.on('event', (event) => {
      events.push(event)
      if (watched.snapshot) take(reduceJob(watched.snapshot, event))
    })
  }).finally(() => socket.disconnect())
}
