/** What is decided of a job, as the events that follow its last one, and what they make of it. */
import {
  canMove,
  isTerminal,
  type JobEvent,
  type JobEventBody,
  reduceJob,
  type Snapshot,
} from '@safelight/shared'
import type { Decide } from '../job-store.ts'
import { newEventId, type StoreContext } from './context.ts'

/** What a decision comes to, and the job as it will be then, but for the times and the names of events. */
export interface Foreseen {
  bodies: readonly JobEventBody[]
  next: Snapshot
}

/**
 * The one place that refuses: nothing happens after the end, and status moves only along its arrows. What follows a
 * refusal was decided on the job as it would have been: it is not written either.
 */
export function foresee(snapshot: Snapshot, decide: Decide): Foreseen {
  let next = snapshot
  const bodies: JobEventBody[] = []
  for (const body of isTerminal(snapshot.status) ? [] : toBodies(decide(snapshot))) {
    if (isTerminal(next.status)) break
    if (body.type === 'status' && !canMove(next.status, body.status)) break
    checkNumbers(body)
    bodies.push(body)
    next = reduceJob(next, { ...body, ...envelopeAfter(next) })
  }
  return { bodies, next }
}

/** JSON makes null of what is no number (NaN): that must fail here, in the writer, not in every later reader. */
function checkNumbers(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`an event with ${value}`)
  if (typeof value !== 'object' || value === null) return
  for (const key in value) checkNumbers(Reflect.get(value, key))
}

function toBodies(decided: ReturnType<Decide>): readonly JobEventBody[] {
  if (decided === null) return []
  return 'type' in decided ? [decided] : decided
}

function envelopeAfter({ jobId, seq, stamp, createdAt, updatedAt }: Snapshot) {
  return { jobId, seq: seq + 1, ts: updatedAt ?? createdAt, stamp, follows: stamp }
}

/** One decision after the other, each on what those before it make of the job: one write for all of them. */
export function inTurn(...decides: readonly Decide[]): Decide {
  return (snapshot) => {
    let next = snapshot
    return decides.flatMap((decide) => {
      const foreseen = foresee(next, decide)
      next = foreseen.next
      return foreseen.bodies
    })
  }
}

type Time = { ts: number } & Pick<StoreContext, 'retentionMs' | 'deadLetterRetentionMs'>

export function toEvents(
  snapshot: Snapshot,
  bodies: readonly JobEventBody[],
  time: Time,
): { events: JobEvent[]; next: Snapshot } {
  let next = snapshot
  const events = bodies.map((body) => {
    const event = toEvent(next, body, time)
    next = reduceJob(next, event)
    return event
  })
  return { events, next }
}

function toEvent(snapshot: Snapshot, body: JobEventBody, time: Time): JobEvent {
  const { jobId, seq, stamp: previousEventId } = snapshot
  const envelope = {
    jobId,
    seq: seq + 1,
    ts: time.ts,
    stamp: newEventId(),
    follows: previousEventId,
  }
  const ends = body.type === 'status' && isTerminal(body.status)
  const keptMs =
    ends && body.deadLetter
      ? Math.max(time.retentionMs, time.deadLetterRetentionMs)
      : time.retentionMs
  const expiry = ends && body.expiresAt === undefined ? { expiresAt: time.ts + keptMs } : {}
  return { ...body, ...expiry, ...envelope }
}
