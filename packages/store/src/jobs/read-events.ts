/** Reading the events a watcher missed. */
import { z } from 'zod'
import { type JobEvent, jobEventSchema } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { ask, nameFailure } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'

const entriesSchema = z.array(z.tuple([z.string(), z.array(z.string())]))

export function createEventsAfter({ redis, keys }: StoreContext): JobStore['eventsAfter'] {
  return async (jobId, seq) => {
    // in one transaction: an event between the two reads would look like a hole
    const replies = await ask(
      redis
        .multi()
        .hget(keys.job(jobId), 'seq')
        .xrange(keys.events(jobId), `(0-${seq}`, '+')
        .exec(),
    )
    const [stored, entries] = (replies ?? []).map(([error, reply]) => {
      if (error) throw nameFailure(error)
      return reply
    })
    const events = entriesSchema.parse(entries).map(([, fields]) => toEvent(fields))
    // gapless numbers: if as many came as there must be, they are all of them. Also false when
    // the job is gone, and when Redis lost what the reader has already seen.
    const expected = typeof stored === 'string' ? Number(stored) - seq : Number.NaN
    return { events, complete: events.length === expected }
  }
}

function toEvent(fields: string[]): JobEvent {
  return jobEventSchema.parse(JSON.parse(fields[1] ?? 'null'))
}
