/** The claim of a job, as Lua that both scripts share which make one: who takes its ticket, and who dispatches it into a hand. */
import { z } from 'zod'
import type { HostStage } from '../queues/tickets.ts'
import { RECORD_VERSION } from './record.ts'

/**
 * `claim(of, stored, now, carries)`: of: its record, workflow and secrets · stored: `v`, `fence`, `snapshot`, `run`, `held`, `lost` and `trace` of the record
 * Returns what `claimedSchema` reads: [fencing token, snapshot JSON, attempt JSON or '', tokens of lost workers, 1 when this claim
 *   found one of them, else 0, workflow text or nil, sealed extra data or nil, its trace or nil].
 */
export const CLAIM_RECORD = `
-- whoever cannot read it must not take it from one who can
local function isTooNew(version) return version and not (tonumber(version) <= ${RECORD_VERSION}) end

local function claimed(of, token, stored, lost, justNow)
  return {token, stored[3], stored[4] or '', lost, justNow, redis.call('GET', of[2]), redis.call('GET', of[3]), stored[7]}
end

local function claim(of, stored, now, carries)
  -- not a plain count: after a loss it would give a number again that a worker still holds
  local token = math.max(stored[2] + 1, now)
  local name = string.format('%.0f', token)
  local lost = stored[6] or ''
  if stored[5] then lost = lost .. stored[5] .. ' ' end
  redis.call('HSET', of[1], 'fence', name, 'held', name, 'lost', lost)
  if carries then redis.call('HSET', of[1], 'carries', name) end
  return claimed(of, token, stored, lost, stored[5] and 1 or 0)
end
`

const textOrNone = z.string().nullable()
export const claimedSchema = z.tuple([
  z.int(),
  z.string(),
  z.string(),
  z.string(),
  z.int(),
  textOrNone,
  textOrNone,
  textOrNone,
])

/** What such a claim has found, as it was read. */
export type Claimed = z.infer<typeof claimedSchema>

/** Where the ticket of a job came from. */
export interface TicketPlace {
  hostId: string
  stage: HostStage
  /** The claim that was made with its dispatch: none is made anew. */
  claimed?: Claimed | null
}
