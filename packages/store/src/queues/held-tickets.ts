/**
 * Tickets of hosts that are in a hand from their beginning. Whoever dispatches a job mostly works on it: its ticket need
 * not be put on the queue, looked for and taken. It is written as BullMQ leaves one that it has handed out, by the
 * script that dispatches, and one that is spent goes without a word: nobody reads the events of these queues. All else
 * is BullMQ's: it keeps the locks, finds a ticket whose worker is lost, hands it out again, and takes it back.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { JobOnHost } from '../backlog/whereabouts.ts'
import type { Claimed } from '../jobs/claim-record.ts'
import { bindScript, type Script } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { ticketOptions } from './open-queues.ts'
import { hostQueueOf, type Ticket } from './tickets.ts'

/** Who takes the ticket. */
export interface Hand {
  /** Of the lock. */
  token: string
  worker: string
  lockMs: number
  /** Should it fail. */
  retryMs: number
}

type BullKeys = Pick<Keys, 'bullPrefix'>

/** Room for a ticket that is made in somebody's hand. */
export interface OpenHand {
  hand: Hand
  /** It is here. @param claimed with its claim; null when that is still to be made */
  take(job: JobOnHost, claimed: Claimed | null): void
  /** It does not come, as far as is known: should it have been made, it comes back when its lock has run out. */
  drop(): void
}

const keyOf = (keys: BullKeys, queue: string) => `${keys.bullPrefix}:${queue}:`

/** Of the lock of a ticket. */
export function lockKeyOf(keys: BullKeys, queue: string, ticket: string): string {
  return `${keyOf(keys, queue)}${ticket}:lock`
}

/** How many `holdArguments` there are. */
export const HOLD_ARGUMENTS = 6

/** As of `HOLD`; '' each when the ticket goes the way of all others. */
export function holdArguments(
  keys: BullKeys,
  { jobId, hostId, hand }: { jobId: string; hostId: string; hand: Hand | null | undefined },
): (string | number)[] {
  if (!hand) return Array.from({ length: HOLD_ARGUMENTS }, () => '')
  const ticket: Ticket = { jobId }
  const options = JSON.stringify(ticketOptions(hand.retryMs))
  const queue = keyOf(keys, hostQueueOf(hostId, 'execute'))
  return [queue, JSON.stringify(ticket), options, hand.worker, hand.token, hand.lockMs]
}

/** @param first of its arguments: keys of the queue begin with · data JSON · options JSON · name of the worker · token · ms of the lock */
export const holdTicket = (first: number): string => `
local function holds(name) return redis.call('GET', ARGV[${first}] .. name .. ':lock') == ARGV[${first + 4}] end
local function holdTicket(name, now)
  local ticket = ARGV[${first}] .. name
  redis.call('HSET', ticket, 'name', 'job', 'data', ARGV[${first + 1}], 'opts', ARGV[${first + 2}], 'timestamp', now,
    'delay', 0, 'priority', 0, 'processedOn', now, 'pb', ARGV[${first + 3}], 'ats', 1)
  redis.call('SET', ticket .. ':lock', ARGV[${first + 4}], 'PX', ARGV[${first + 5}])
  redis.call('LPUSH', ARGV[${first}] .. 'active', name)
end
`

/**
 * KEYS 1 ticket (HASH) · 2 its lock (STRING) · 3 tickets in hand (LIST)
 * ARGV 1 name of the ticket · 2 token of the lock
 * Returns 1 when it is gone, 0 when it is in another hand.
 * Channels: none.
 */
const SPEND: Script = {
  name: 'safelightSpendTicket',
  lua: `
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return redis.call('EXISTS', KEYS[1]) == 0 and 1 or 0 end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('LREM', KEYS[3], -1, ARGV[1])
return 1
`,
}

/** @returns false when it is in another hand by now */
export type SpendTicket = (name: string, token: string) => Promise<boolean>

export function createSpend(
  { redis, keys }: { redis: Redis; keys: BullKeys },
  queueName: string,
): SpendTicket {
  const spend = bindScript(redis, SPEND)
  const queue = keyOf(keys, queueName)
  return async (name, token) => {
    const of = [`${queue}${name}`, `${queue}${name}:lock`, `${queue}active`]
    return z.int().parse(await spend(of, [name, token])) === 1
  }
}
