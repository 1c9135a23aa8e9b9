/** Reading the events a watcher missed. */
import { z } from 'zod'
import { type JobEvent, jobEventSchema } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { ask, nameFailure } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'
import { checkVersion } from './record.ts'

const recordSchema = z.tuple([z.string().nullable(), z.string().nullable()])
const entriesSchema = z.array(z.tuple([z.string(), z.array(z.string())]))

export function createEventsAfter({ redis, keys }: StoreContext): JobStore['eventsAfter'] {
  return async (jobId, seq) => {
    // in one transaction: an event between the two reads would look like a hole
    const replies = await ask(
      redis
        .multi()
        .hmget(keys.job(jobId), 'v', 'seq')
        .xrange(keys.events(jobId), `(0-${seq}`, '+')
        .exec(),
    )
    const [record, entries] = (replies ?? []).map(([error, reply]) => {
      if (error) throw nameFailure(error)
      return reply
    })
    const [version, stored] = recordSchema.parse(record)
    checkVersion(version)
    const events = entriesSchema.parse(entries).map(([, fields]) => toEvent(fields))
    // gapless numbers: if as many came as there must be, they are all of them. Also false when
    // the job is gone, and when Redis lost what the reader has already seen.
    const expected = stored === null ? Number.NaN : Number(stored) - seq
    return { events, complete: events.length === expected }
  }
}

function toEvent(fields: string[]): JobEvent {
  return jobEventSchema.parse(JSON.parse(fields[1] ?? 'null'))
}
