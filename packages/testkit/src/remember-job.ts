/** Brings a job back to an earlier state, as a Redis that was restored from an old snapshot would. */
import type { Keys } from '@safelight/store'
import type { Redis } from 'ioredis'

/** Remembers the job as it is; the returned function makes Redis forget everything since. */
export async function rememberJob(redis: Redis, keys: Keys, jobId: string) {
  const record = await redis.hgetall(keys.job(jobId))
  const events = await redis.xrange(keys.events(jobId), '-', '+')
  return async () => {
    const restore = redis.multi().del(keys.job(jobId), keys.events(jobId))
    restore.hset(keys.job(jobId), record)
    for (const [id, fields] of events) restore.xadd(keys.events(jobId), id, ...fields)
    await restore.exec()
  }
}
