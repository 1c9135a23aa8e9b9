/** The two ways to run: everything is broken one after the other, or everybody is frozen again and again. */
import { planFreezes } from './freezes.ts'
import { type LoadOptions, SELDOM } from './load.ts'
import { type Act, type Cast, planSchedule } from './schedule.ts'

export interface Way {
  plan(seed: number, durationMs: number, cast: Cast): Act[]
  /** Settings of the workers, and of the APIs. */
  worker: Readonly<Record<string, string>>
  api: Readonly<Record<string, string>>
  /** Of the hosts. */
  speed: number
  load: Pick<LoadOptions, 'everyMs' | 'mostUnfinished' | 'cancels'>
}

const API = { SHUTDOWN_TIMEOUT: '3s', JANITOR_EVERY: '1s' }
/** Longer than two freezes of a host with hardly a moment in between, and others of who asks it. */
const PATIENT = '90s'

export const BLOWS: Way = {
  plan: planSchedule,
  worker: {
    // longer than any host is frozen: a host that is given up while it still works is another failure
    HOST_TIMEOUT: '20s',
    STALL_TIMEOUT: '8s',
    STOP_TIMEOUT: '8s',
    DRAIN_TIMEOUT: '2s',
  },
  api: API,
  speed: 5,
  load: { everyMs: 900, mostUnfinished: 30, cancels: { ...SELDOM, late: false } },
}

export const FREEZES: Way = {
  plan: planFreezes,
  worker: {
    ...BLOWS.worker,
    HOST_TIMEOUT: PATIENT,
    STALL_TIMEOUT: PATIENT,
    STOP_TIMEOUT: PATIENT,
    ADOPT_WAIT: PATIENT,
  },
  api: { ...API, ADOPT_WAIT: PATIENT },
  // slow, so that many run when they are canceled
  speed: 3,
  load: {
    everyMs: 300,
    mostUnfinished: 14,
    cancels: { some: 3, of: 4, withinMs: 3_000, late: true },
  },
}
