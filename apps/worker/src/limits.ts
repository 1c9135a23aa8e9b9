/** The limits of a worker as its settings are now: a SIGHUP may change them, so each is read where it is used. */

/** Which of the jobs that wait is next. */
export interface DispatchLimits {
  /** How often, and for how many ms, one may be overtaken by another whose models are in place. */
  readonly affinity: { count: number; ms: number }
  /** What has waited for longer goes first; null: priorities alone decide. */
  readonly agingMs: number | null
  /** Jobs of one owner that may have a slot at once; null: no limit. */
  readonly ownerLimit: number | null
}

/** What becomes of those that are in hand. */
export interface HandlingLimits {
  readonly maxAttempts: number
  readonly maxHostLosses: number
  readonly maxOutputBytes: number
}

/** Durations in ms. */
interface LimitSettings {
  MAX_OVERTAKEN: number
  MAX_OVERTAKEN_TIME: number
  AGING?: number | undefined
  MAX_RUNNING_PER_OWNER?: number | undefined
  MAX_ATTEMPTS: number
  MAX_HOST_LOSSES: number
  MAX_OUTPUT_BYTES: number
}

/** @param config what is live is written into it */
export function openLimits(config: LimitSettings): DispatchLimits & HandlingLimits {
  return {
    get affinity() {
      return { count: config.MAX_OVERTAKEN, ms: config.MAX_OVERTAKEN_TIME }
    },
    get agingMs() {
      return config.AGING ?? null
    },
    get ownerLimit() {
      return config.MAX_RUNNING_PER_OWNER ?? null
    },
    get maxAttempts() {
      return config.MAX_ATTEMPTS
    },
    get maxHostLosses() {
      return config.MAX_HOST_LOSSES
    },
    get maxOutputBytes() {
      return config.MAX_OUTPUT_BYTES
    },
  }
}
