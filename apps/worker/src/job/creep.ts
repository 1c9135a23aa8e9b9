/** A bar that goes on while its host says nothing: by the time that such nodes took before. */
import { foldTime, type TrackerState } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'

export interface Creep {
  /** The host has said something, or begun: from now on it is quiet. */
  heard(): void
  close(): void
}

export interface CreepOptions {
  everyMs: number
  clock: Clock
  tracker: () => TrackerState
  /** Called when there is something to see. */
  onMoved: (tracker: TrackerState) => void
}

/** Less of the bar is not worth an event. */
const WORTH_TELLING = 0.002

export function createCreep({ everyMs, clock, tracker, onMoved }: CreepOptions): Creep {
  let callOff: (() => void) | null = null

  function look(): void {
    callOff = clock.after(everyMs, look)
    const now = tracker()
    const next = foldTime(now, clock.steady())
    if (next.progress.value - now.progress.value >= WORTH_TELLING) onMoved(next)
  }

  function close(): void {
    callOff?.()
    callOff = null
  }

  return {
    heard() {
      close()
      callOff = clock.after(everyMs, look)
    },
    close,
  }
}
