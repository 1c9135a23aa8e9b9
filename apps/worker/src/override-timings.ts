/** Where the durations of a worker differ from their defaults: by the settings, and for tests. */
import { DEFAULT_TIMINGS, type SessionTimings } from '@safelight/comfyui'
import type { Partly } from '@safelight/runtime'
import { DEFAULT_STORE_TIMINGS } from '@safelight/store'
import type { WorkerConfig } from './config.ts'
import { DEFAULT_WORKER_TIMINGS, type WorkerTimings } from './timings.ts'

/** Everything that may be overridden; only its shape counts. */
export const WORKER_TIMINGS_SHAPE = {
  ...DEFAULT_WORKER_TIMINGS,
  session: DEFAULT_TIMINGS,
  store: DEFAULT_STORE_TIMINGS,
}

/** What tests and `SAFELIGHT_TIMINGS` may say: any of the durations. */
export type TimingOverrides = Partly<Omit<WorkerTimings, 'session'>> & {
  session?: Partly<SessionTimings>
}

export function toWorkerTimings(
  ...overrides: readonly (TimingOverrides | undefined)[]
): WorkerTimings {
  return overrides.reduce<WorkerTimings>(merge, DEFAULT_WORKER_TIMINGS)
}

function merge(known: WorkerTimings, over: TimingOverrides = {}): WorkerTimings {
  const { socket, ...session } = over.session ?? {}
  return {
    ...known,
    ...over,
    retryMs: { ...known.retryMs, ...over.retryMs },
    orphan: { ...known.orphan, ...over.orphan },
    session: {
      ...known.session,
      ...session,
      ...(socket && {
        socket: { ...DEFAULT_TIMINGS.socket, ...known.session.socket, ...socket },
      }),
    },
    store: { ...known.store, ...over.store },
  }
}

/** @param overrides in place of the defaults and the settings */
export function toTimingsOf(config: WorkerConfig, overrides?: TimingOverrides): WorkerTimings {
  const session = {
    stallMs: config.STALL_TIMEOUT,
    unreachableMs: config.HOST_TIMEOUT,
    stopMs: config.STOP_TIMEOUT,
  }
  return toWorkerTimings({ session }, config.SAFELIGHT_TIMINGS, overrides)
}
