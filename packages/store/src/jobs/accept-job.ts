/** Accepting a job: one atomic write, after which it cannot be lost. */
import { z } from 'zod'
import type { JobStore } from '../job-store.ts'
import { HOLDS } from '../assets/holds.ts'
import { POSITION_OF } from '../backlog/look-scripts.ts'
import { PLACES } from '../backlog/places.ts'
import { parsePosition } from '../backlog/whereabouts.ts'
import { bindScript, type Script } from '../bind-script.ts'
import type { StoreContext } from './context.ts'
import { firstSnapshot, STORE_JOB, storeJobArguments } from './first-snapshot.ts'
import { createReads } from './read-job.ts'

/**
 * KEYS 1 to 7, ARGV 1 to 18 as of `STORE_JOB` · KEYS 8 idempotency key (HASH, optional) · ARGV 19 ms it is kept · 20 hash of the request
 *   21 ms until which the assets that it refers to are kept · 22… their ids
 * Returns ['accepted', its position as of `POSITION_OF`…]; ['repeated'] when this very job is there already (the client sent it once more
 *   because the answer got lost); ['reused'] when the key belongs to another job; ['missing_asset', id…] when assets
 *   that it refers to are not there (any more).
 * Channels: none (nobody can watch a job that does not exist yet).
 */
const ACCEPT: Script = {
  name: 'safelightAccept',
  lua: `${PLACES}${POSITION_OF}${HOLDS}
if KEYS[8] then
  local user = redis.call('HGET', KEYS[8], 'job')
  if user and user ~= ARGV[2] then return {'reused'} end
end
if redis.call('EXISTS', KEYS[1]) == 1 then return {'repeated'} end
local inputs = {}
for i = 22, #ARGV do inputs[#inputs + 1] = ARGV[i] end
local missing = missingOf(inputs)
if #missing > 0 then return {'missing_asset', unpack(missing)} end
${STORE_JOB}
hold(KEYS[1], ARGV[2], inputs, ARGV[21])
if KEYS[8] then
  redis.call('HSET', KEYS[8], 'job', ARGV[2], 'at', ARGV[5], 'request', ARGV[20], 'snapshot', ARGV[3])
  redis.call('PEXPIRE', KEYS[8], ARGV[19])
end
return {'accepted', unpack(positionAt(ARGV[2], {ARGV[9], ARGV[12], ARGV[17] ~= ''}))}
`,
}

const replySchema = z.union([
  z.tuple([z.literal('accepted')], z.unknown()),
  z.tuple([z.enum(['repeated', 'reused'])]),
  z.tuple([z.literal('missing_asset')], z.string()),
])

export function createAccept(context: StoreContext): JobStore['accept'] {
  const accept = bindScript(context.redis, ACCEPT)
  const { load } = createReads(context)
  return async (job) => {
    const createdAt = await context.now()
    const snapshot = firstSnapshot(job, { ...context, createdAt })
    const { keys, argv } = storeJobArguments(context, snapshot, job)
    const { idempotencyKey } = job
    const reply = await accept(
      idempotencyKey === null ? keys : [...keys, context.keys.idempotency(idempotencyKey)],
      [
        ...argv,
        context.timings.idempotencyMs,
        job.requestHash ?? '',
        Math.round(snapshot.expiresAt + context.timings.recordSlackMs),
        ...(job.inputs ?? []),
      ],
    )
    const said = replySchema.parse(reply)
    switch (said[0]) {
      case 'missing_asset': {
        const [outcome, ...assetIds] = said
        return { outcome, assetIds }
      }
      case 'reused':
        return { outcome: 'key_reused' }
      case 'accepted':
        return { outcome: 'accepted', snapshot, position: parsePosition(said.slice(1)) }
      case 'repeated':
        // accepted before, by this very call: only the answer got lost
        return {
          outcome: 'accepted',
          snapshot: (await load(job.jobId)) ?? snapshot,
          position: null,
        }
    }
  }
}
