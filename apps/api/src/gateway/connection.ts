/** One connected socket: the jobs it watches, and the bounds it is held to. */
import type { ApiEvents, Clock, Emit } from '@safelight/runtime'
import {
  ApiError,
  unwatchRequestSchema,
  type WatchAck,
  type WatchRequest,
  watchRequestSchema,
} from '@safelight/shared'
import { type RequestDeadline, withDeadline } from '../http/deadline.ts'
import { toApiError } from '../http/envelope.ts'
import type { Links } from '../http/links.ts'
import { isJobId } from '../jobs/job-id.ts'
import { noSuchJob } from '../jobs/read.ts'
import type { BoundedWatcher } from '../watch/bounded-watcher.ts'
import type { Delivery } from '../watch/deliveries.ts'
import type { JobWatches } from '../watch/job-watches.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import type { Watch } from '../watch/watcher.ts'
import type { Once } from '../watch/once.ts'
import { createOutbox } from './outbox.ts'
import type { Packet } from './packet.ts'
import { createSocketWatcher } from './socket-watcher.ts'
import { countQueuedPackets, type GatewaySocket } from './sockets.ts'

/** Queued packets at which a client that goes on asking is cut off. */
const HOPELESS_PACKETS = 2_000

export interface ConnectionDeps {
  watches: Pick<JobWatches, 'subscribe'>
  positions: QueuePositions
  emit: Emit<ApiEvents>
  delivery: Delivery
  maxWatches: number
  clock: Clock
  deadline: RequestDeadline
}

interface Watched {
  /** It was told that it is open. */
  isOpen: boolean
  watcher: BoundedWatcher
  /** Null until it has begun. */
  watch: Watch | null
}

/** One client's, and what it shares with all others. */
interface ConnectionOptions {
  socket: GatewaySocket
  links: Links
  once: Once<Packet>
}

export function serveConnection(
  deps: ConnectionDeps,
  { socket, links, once }: ConnectionOptions,
): void {
  const { emit } = deps
  const watched = new Map<string, Watched>()
  const outbox = createOutbox({
    conn: socket.conn,
    delivery: deps.delivery,
    onDrained() {
      for (const { watcher } of watched.values()) watcher.onDrained()
    },
  })

  function endWatch(jobId: string, entry: Watched | undefined): void {
    if (!entry) return
    entry.watcher.close()
    entry.watch?.close()
    if (entry.isOpen) emit('watch:closed', { transport: 'socket' })
    entry.isOpen = false
    if (watched.get(jobId) === entry) watched.delete(jobId)
  }

  async function watch(request: WatchRequest, acknowledge: Acknowledge): Promise<void> {
    const { jobId, afterSeq, stamp, previews } = request
    const after = afterSeq === undefined ? undefined : { seq: afterSeq, stamp }
    if (!watched.has(jobId) && watched.size >= deps.maxWatches) {
      throw new ApiError('too_many_streams', `At most ${deps.maxWatches} jobs per connection.`)
    }
    // the same job again: the client has forgotten what it held, so the first watch is replaced
    endWatch(jobId, watched.get(jobId))
    outbox.forget(jobId)
    const watcher = createSocketWatcher({
      jobId,
      outbox,
      once,
      links,
      positions: deps.positions,
      clock: deps.clock,
      delivery: deps.delivery,
      acknowledge,
      onResync: () => emit('watch:resynced', { transport: 'socket' }),
      onEnd: () => endWatch(jobId, entry),
    })
    const entry: Watched = { isOpen: false, watcher, watch: null }
    watched.set(jobId, entry)

    async function begin(): Promise<boolean> {
      watcher.setPlace(await deps.positions.read(jobId))
      const opened = await deps.watches.subscribe({ jobId, watcher, after, previews })
      entry.watch = opened
      if (opened && watched.get(jobId) === entry) {
        entry.isOpen = true
        emit('watch:opened', { transport: 'socket', resumed: after !== undefined })
      }
      if (watched.get(jobId) !== entry) {
        opened?.close()
        // without effect when the job had ended already: then this was acknowledged before
        acknowledge(refuse(new ApiError('invalid_request', 'A later request took its place.')))
      }
      return opened !== null
    }
    try {
      if (!(await withDeadline(begin(), deps.deadline))) throw noSuchJob()
    } catch (error) {
      endWatch(jobId, entry)
      throw error
    }
  }

  socket.use((_message, next) => {
    // cut off rather than told to leave: it may come back, and then gets what it missed
    if (countQueuedPackets(socket) > HOPELESS_PACKETS) socket.conn.close(true)
    else next()
  })

  socket.on('watch', (raw: unknown, ack: unknown) => {
    const acknowledge = answerOnce(ack)
    const request = watchRequestSchema.safeParse(raw)
    if (!request.success || !isJobId(request.data.jobId)) {
      acknowledge(refuse(request.success ? noSuchJob() : badRequest(request.error.issues)))
      return
    }
    watch(request.data, acknowledge).catch((error: unknown) => {
      const refusal = toApiError(error)
      const { code, status } = refusal
      emit('watch:refused', { transport: 'socket', code, status })
      acknowledge(refuse(refusal))
    })
  })

  socket.on('unwatch', (raw: unknown, ack: unknown) => {
    const request = unwatchRequestSchema.safeParse(raw)
    if (request.success) {
      endWatch(request.data.jobId, watched.get(request.data.jobId))
      outbox.forget(request.data.jobId)
    }
    if (typeof ack === 'function') ack({ ok: request.success })
  })

  socket.on('disconnect', () => {
    outbox.close()
    for (const [jobId, entry] of watched) endWatch(jobId, entry)
  })
}

type Acknowledge = (answer: WatchAck) => void

/** The client may have sent no acknowledgement function, or anything in its place. */
function answerOnce(ack: unknown): Acknowledge {
  let open = typeof ack === 'function'
  return (answer) => {
    if (!open || typeof ack !== 'function') return
    open = false
    ack(answer)
  }
}

function refuse({ code, message }: ApiError): WatchAck {
  return { ok: false, error: { code, message } }
}

function badRequest(issues: readonly { path: PropertyKey[]; message: string }[]): ApiError {
  const first = issues[0]
  const where = first?.path.map(String).join('.')
  return new ApiError(
    'invalid_request',
    `${where ? `${where}: ` : ''}${first?.message ?? 'invalid'}`,
  )
}
