/**
 * Each blow, and the alerts that it may stir: pending or firing at any other time they are false. Durations are those of
 * rules in a hurry (`HURRY`). Pure.
 */
import type { Disruption } from './blows.ts'

/** Rules judge so many times faster beside a run of chaos: `for: 5m` is 15 s. */
export const HURRY = 20
export const SCRAPE_EVERY_MS = 3_000

/** What the run has come to, for alerts that count. */
export interface AlertFacts {
  /** ms since the epoch, of each dead letter. */
  deadLetters: readonly number[]
  /** Jobs that ended by the fault of hosts or of Safelight. */
  ours: number
  /** Most failed attempts of one cause that is no fault of the job. */
  attemptsFailed: number
  /** Jobs whose lock ran out in the hand of another worker, as Prometheus counted them. */
  lost: number
  /** ms since the epoch, of each write of events that took longer than a quarter of a second. */
  slowWrites: readonly number[]
}

export interface AlertRule {
  /** Whether this blow may stir it, and lasts long enough that it may fire. */
  isCause?: (blow: Disruption, subject: string) => boolean
  /** Whether this blow may stir it, and is over before it fires. */
  isShort?: (blow: Disruption, subject: string) => boolean
  /** How long after its end. A scrape, an evaluation and a start of a process unless told. */
  lingersMs?: number
  /** Whether numbers of the run account for it. @param at ms since the epoch, when it stirs */
  isCounted?: (facts: AlertFacts, at: number) => boolean
}

const isApp = ({ target }: Disruption) => /^(api|worker)/.test(target)
const isApi = ({ target }: Disruption) => target.startsWith('api')
const isWorker = ({ target }: Disruption) => target.startsWith('worker')
const isHost = ({ hostId }: Disruption) => hostId !== null
const isRedis = ({ target, what }: Disruption) => target === 'redis' && what !== 'memory high'
const isAway = ({ dead, what }: Disruption) => dead || what === 'frozen'
const isOf = (blow: Disruption, subject: string) => blow.target === subject

/** A process of ours that starts on a busy machine, and its first scrape. */
const STARTS_MS = 30_000
/** Windows in a hurry, and a scrape and an evaluation each. */
const WINDOW_10M_MS = 30_000 + STARTS_MS
const WINDOW_1H_MS = 180_000 + STARTS_MS

const NEVER: AlertRule = {}

/** @param subject of a cause: the name of the process or host that the alert tells of; '' where it tells of none */
export const ALERT_RULES: Readonly<Record<string, AlertRule>> = {
  SafelightJobsFailFast: { isCounted: ({ ours }) => ours >= 4 },
  SafelightJobsFail: { isCounted: ({ ours }) => ours >= 8 },
  SafelightJobsFailSlowly: { isCounted: ({ ours }) => ours >= 8 },
  SafelightJobsLate: NEVER,
  SafelightAttemptsFail: { isCounted: ({ attemptsFailed }) => attemptsFailed >= 8 },
  SafelightDeadLettersGrow: { isCounted: ({ deadLetters }) => deadLetters.length >= 5 },
  SafelightCancelStuck: NEVER,
  SafelightBacklogWithoutHosts: {
    // a host that has lost a job rests, and the others may be away, or ill
    isCause: (blow) => isHost(blow) || isRedis(blow) || isWorker(blow),
    lingersMs: STARTS_MS,
  },
  SafelightBacklogStands: {
    // they are back, and none has given a job to a host yet that a scrape has seen
    isShort: (blow) => isWorker(blow) && isAway(blow),
    lingersMs: STARTS_MS,
  },
  SafelightPoolPassedOver: {
    // the same moment, while those who are back have given others one
    isShort: (blow) => isWorker(blow) && isAway(blow),
    lingersMs: STARTS_MS,
  },
  SafelightPoolWithoutHosts: NEVER,
  SafelightPoolRefused: NEVER,
  SafelightWaitLong: NEVER,
  SafelightQueueFull: NEVER,
  SafelightNoHostReady: {
    isShort: (blow) => isHost(blow) || isRedis(blow) || isWorker(blow),
    lingersMs: STARTS_MS,
  },
  SafelightHostQuarantined: {
    isCause: (blow, host) => isOf(blow, host) && (blow.poison !== undefined || isAway(blow)),
    // until one job at a time has shown that it works again
    lingersMs: 60_000,
  },
  SafelightHostAway: {
    isCause: (blow, host) => isOf(blow, host) && (isAway(blow) || blow.poison !== undefined),
    // back on the list, it has yet to answer
    isShort: (blow, host) => isOf(blow, host) && blow.what === 'unlisted',
  },
  SafelightHousekeepingLate: NEVER,
  SafelightDrainForgotten: NEVER,
  SafelightHostUndriven: NEVER,
  SafelightApiAway: { isCause: (blow) => isApi(blow) && isAway(blow) },
  SafelightNoWorker: { isCause: (blow) => isWorker(blow) && isAway(blow), lingersMs: STARTS_MS },
  SafelightProcessAway: {
    isCause: (blow, process) => isOf(blow, process) && isAway(blow),
    lingersMs: STARTS_MS,
  },
  SafelightWorkerLost: { isCounted: ({ lost }) => lost > 0 },
  SafelightEventLoopLags: {
    isShort: (blow, process) => isOf(blow, process) && isApp(blow),
    lingersMs: STARTS_MS,
  },
  SafelightListenerFaults: NEVER,
  SafelightScrapesIncomplete: { isShort: isRedis, lingersMs: STARTS_MS },
  SafelightRedisAway: { isCause: isRedis },
  SafelightRedisUnreached: {
    // each comes back to Redis when its turn is, and a new process has yet to reach it
    isShort: (blow, process) => isRedis(blow) || isOf(blow, process),
    lingersMs: STARTS_MS,
  },
  SafelightRedisMemoryFilling: NEVER,
  SafelightRedisMemoryHigh: { isCause: ({ what }) => what.startsWith('memory') },
  SafelightRedisMemoryFull: { isCause: ({ what }) => what === 'memory full' },
  SafelightAppendSlow: {
    // without Redis, in a process that stood still, or on a disk that others use
    isCounted: ({ slowWrites }, at) =>
      slowWrites.some((one) => one <= at && at <= one + WINDOW_10M_MS),
  },
  SafelightReconcilerFinds: {
    isCause: (blow) => isApp(blow) || isRedis(blow),
    lingersMs: WINDOW_1H_MS,
  },
  SafelightApiErrors: { isCause: isRedis, lingersMs: STARTS_MS },
  SafelightWatchersSpared: { isShort: (blow) => isApi(blow) || isRedis(blow) },
  SafelightWatchesRefused: { isCause: isRedis, lingersMs: STARTS_MS },
}
