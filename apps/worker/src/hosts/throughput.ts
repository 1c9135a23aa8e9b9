/** What a host has finished within the last hour, by the minute: memory does not grow with the work. */
import type { Clock } from '@safelight/runtime'
import type { HostReport } from '@safelight/store'

type Finished = HostReport['throughput']

export interface Throughput {
  /** @param executionMs null when nobody saw it begin */
  add(executionMs: number | null): void
  readonly lastHour: Finished
}

const MINUTE_MS = 60_000
const MINUTES = 60
const NOTHING: Finished = { finished: 0, timed: 0, executionMs: 0 }

export function createThroughput(clock: Pick<Clock, 'now'>): Throughput {
  const minutes = new Map<number, Finished>()

  function forgetBefore(minute: number): void {
    for (const known of minutes.keys()) if (known <= minute - MINUTES) minutes.delete(known)
  }

  return {
    add(executionMs) {
      const minute = Math.floor(clock.now() / MINUTE_MS)
      forgetBefore(minute)
      const one: Finished = {
        finished: 1,
        timed: executionMs === null ? 0 : 1,
        executionMs: executionMs ?? 0,
      }
      minutes.set(minute, sum(minutes.get(minute) ?? NOTHING, one))
    },
    get lastHour() {
      forgetBefore(Math.floor(clock.now() / MINUTE_MS))
      return [...minutes.values()].reduce(sum, NOTHING)
    },
  }
}

function sum(one: Finished, other: Finished): Finished {
  return {
    finished: one.finished + other.finished,
    timed: one.timed + other.timed,
    executionMs: one.executionMs + other.executionMs,
  }
}
