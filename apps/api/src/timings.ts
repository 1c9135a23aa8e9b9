/** Every duration of an API process that is no setting of an operator, with its default. */
import { toTimingsSchema } from '@safelight/runtime'
import { DEFAULT_STORE_TIMINGS } from '@safelight/store'
import { z } from 'zod'

const ms = (preset: number) => z.number().int().nonnegative().default(preset)

export const apiTimingsSchema = z.strictObject({
  /** Redis may start later than we do: how long to wait before listening all the same, with 503 for an answer. */
  waitForRedisMs: ms(2_000),
  /** How long an answer may take to be known: below the two seconds in which a client must know that Redis is away. */
  requestDeadlineMs: ms(1_800),
  /** How long an answer is held at most that is to wait for the end of a job: proxies give up on one after a minute. */
  holdMs: ms(60_000),
  /** How long a submission may take to fetch what its workflow names by addresses: clients wait for an answer about a minute. */
  fetchInputsMs: ms(50_000),
  /** How long Redis may take to show that it is there, when `/readyz` is asked. */
  readinessPingMs: ms(1_000),
  /** How long one call goes on canceling, or deleting, jobs: below the deadline, with room for the page that is under way. */
  cancelManyMs: ms(1_000),
  /** How long the fleet's node classes are remembered: they are large and change when hosts come and go. */
  nodeClassesAgeMs: ms(10_000),
  /** How long it is remembered how hosts are; and what they can run, where a job would be refused, or called stuck, by what was so before. */
  fleetLatelyMs: ms(1_000),
  /** A host that was asked for its files so shortly before a submission was asked after it: clocks agree no better. */
  filesFreshMs: ms(10),
  /** How long a submission waits for hosts to be asked for files that none lists: well below its deadline. */
  filesLookMs: ms(1_000),
  /** Pause between two looks whether they were asked. */
  filesPollMs: ms(100),
  /** Pause between two comparisons of records, backlog and queues. */
  reconcileMs: ms(5_000),
  /** How long it is remembered how much waits, for the bounds of the queue: other processes may let in more meanwhile. */
  queueCountAgeMs: ms(100),
  /** How long learned costs are remembered. */
  costsAgeMs: ms(10_000),
  /** How long it is remembered how many hosts take jobs. */
  fleetAgeMs: ms(2_000),
  /** How long it is remembered what scalers are told. */
  scaleAgeMs: ms(1_000),
  /** How long it is remembered what is kept: a look at it costs some commands for each host and pool. */
  housekeepingAgeMs: ms(5_000),
  /** Pause between two looks for jobs whose deadline is over. */
  deadlineSweepMs: ms(2_000),
  /** Pause between two looks at the queue, for the positions of watched jobs. */
  queuePositionMs: ms(1_500),
  /** How long a job stays subscribed after its last watcher has left: a reloading page comes straight back. */
  unsubscribeGraceMs: ms(3_000),
  /** Pause between two reads of every watched job, in case an announcement was lost. */
  rereadMs: ms(10_000),
  /** When such a read failed: how soon it is tried again. */
  rereadRetryMs: ms(500),
  /** Pause between two signs of life on an event stream; a reader that takes nothing for two of them is cut off. */
  keepAliveMs: ms(15_000),
  /** When the reader of a broken event stream is to come back. */
  streamReturnMs: ms(2_000),
  /** The same, on average, when this process stops. */
  streamMoveMs: ms(500),
  /** Pause between two signs of life on a socket. */
  socketPingMs: ms(25_000),
  /** How long a socket may take to answer one. */
  socketPongMs: ms(20_000),
  /** How long a socket may take to say what it is here for. */
  socketJoinMs: ms(5_000),
  /** How long a body may stand still before its connection is ended. */
  bodyIdleMs: ms(30_000),
  /** How long one may take that is no upload. */
  bodyMs: ms(300_000),
  /** How long an upload may take to come, when it never stands still. */
  uploadMs: ms(3_600_000),
  /** How long the service fetches what is at a url, from the first look at its name to the last byte. */
  fetchMs: ms(60_000),
  /** At the end of the process: how long an idle connection may still be about to ask for something. */
  lingerMs: ms(300),
  /** Those of the store that differ from its own defaults. */
  store: toTimingsSchema(DEFAULT_STORE_TIMINGS).default({}),
})

export type ApiTimings = z.output<typeof apiTimingsSchema>

export type ApiTimingOverrides = z.input<typeof apiTimingsSchema>

/** @param overrides in place of the defaults; the later ones win */
export function createTimings(...overrides: (ApiTimingOverrides | undefined)[]): ApiTimings {
  const own: ApiTimingOverrides = Object.assign({}, ...overrides)
  const store = Object.assign({}, ...overrides.map((given) => given?.store))
  return apiTimingsSchema.parse({ ...own, store })
}
