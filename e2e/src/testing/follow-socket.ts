/** Follows a job over Socket.IO: connects, drops, comes back, and folds what it hears with the shared reducer. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  type ClientToServerEvents,
  isTerminal,
  reduceJob,
  type ServerToClientEvents,
  type SnapshotView,
  type WatchAck,
} from '@safelight/shared'
import { io, type Socket } from 'socket.io-client'
import {
  CONNECT_MS,
  createOrderCheck,
  type Followed,
  type FollowOptions,
  finalOf,
  JobNotFound,
  RECONNECT_MS,
} from './follower.ts'

type GatewaySocket = Socket<ServerToClientEvents, ClientToServerEvents>

const ACK_MS = 8_000

export async function followBySocket(options: FollowOptions): Promise<Followed> {
  const { jobId, signal } = options
  const followed: Followed = {
    jobId,
    kind: 'socket',
    final: null,
    connections: 0,
    events: 0,
    disorder: [],
  }
  const order = createOrderCheck(followed.disorder)
  let held: SnapshotView | null = null

  function take(snapshot: SnapshotView): void {
    const [before, after] = [held?.progress?.value ?? 0, snapshot.progress?.value ?? 0]
    if (after < before) followed.disorder.push(`bar fell from ${before} to ${after}`)
    held = snapshot
    if (isTerminal(snapshot.status)) followed.final = finalOf(snapshot)
  }

  /** @returns why this connection is over, if it is */
  function answered(answer: WatchAck): 'over' | 'unknown' | null {
    if (!answer.ok) return answer.error.code === 'not_found' ? 'unknown' : 'over'
    const { snapshot } = answer
    // whoever comes back keeps its own fold and is told what it missed
    if (!held) {
      order.snapshot(snapshot.seq)
      take(snapshot)
    } else if (isTerminal(snapshot.status) && snapshot.seq === held.seq) take(snapshot)
    return followed.final ? 'over' : null
  }

  /** Resolves when this connection is over, whyever. */
  function connectOnce(): Promise<void> {
    const socket: GatewaySocket = io(options.pickUrl(), {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_MS,
    })
    let eventsLeft = options.eventsUntilDrop()
    let forget = () => {}
    const over = new Promise<void>((resolve, reject) => {
      const giveUp = () => resolve()
      forget = () => signal.removeEventListener('abort', giveUp)
      signal.addEventListener('abort', giveUp, { once: true })
      socket.on('connect_error', giveUp)
      socket.on('disconnect', giveUp)
      socket.on('connect', () => {
        followed.connections += 1
        const after = held ? { afterSeq: held.seq, stamp: held.stamp } : {}
        // a callback, not a promise: events may follow in the same breath
        socket.timeout(ACK_MS).emit('watch', { jobId, ...after }, (error, answer) => {
          const why = error ? 'over' : answered(answer)
          if (why === 'unknown') reject(new JobNotFound(jobId))
          else if (why) resolve()
        })
      })
      socket.on('resync', (snapshot) => {
        order.snapshot(snapshot.seq)
        take(snapshot)
        if (followed.final) resolve()
      })
      socket.on('event', (event) => {
        followed.events += 1
        order.event(event.seq)
        if (held) take(reduceJob(held, event))
        eventsLeft -= 1
        if (followed.final || eventsLeft <= 0) resolve()
      })
    })
    return over.finally(() => {
      forget()
      socket.removeAllListeners()
      socket.disconnect()
    })
  }

  while (!followed.final && !signal.aborted) {
    await connectOnce()
    if (!followed.final) await delay(RECONNECT_MS)
  }
  return followed
}
