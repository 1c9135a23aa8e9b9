/** What is decided of a job, as the events that follow its last one, and what they make of it. */
import {
  isTerminal,
  type JobEvent,
  type JobEventBody,
  jobEventSchema,
  reduceJob,
  type Snapshot,
} from '@safelight/shared'
import type { Decide } from '../job-store.ts'
import { newEventId, type StoreContext } from './context.ts'

export function toBodies(decided: ReturnType<Decide>): readonly JobEventBody[] {
  if (decided === null) return []
  return 'type' in decided ? [decided] : decided
}

/** One decision after the other, each on what those before it make of the job: one write for all of them. */
export function inTurn(...decides: readonly Decide[]): Decide {
  return (snapshot) => {
    let next = snapshot
    return decides.flatMap((decide) => {
      const bodies = toBodies(decide(next))
      for (const body of bodies) next = expect(next, body)
      return bodies
    })
  }
}

/** The job as it will be, but for the times and the names of events. */
function expect(snapshot: Snapshot, body: JobEventBody): Snapshot {
  const { jobId, seq, stamp, createdAt, updatedAt } = snapshot
  const envelope = { jobId, seq: seq + 1, ts: updatedAt ?? createdAt, stamp, follows: stamp }
  return reduceJob(snapshot, { ...body, ...envelope })
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
  // what JSON cannot carry (NaN) must fail here, in the writer, not in every later reader
  return jobEventSchema.parse({ ...body, ...expiry, ...envelope })
}
