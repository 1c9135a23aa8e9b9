/** Simulated time: node durations are divided by the speed, and closing wakes every sleeper with an error. */
import { setImmediate, setTimeout } from 'node:timers/promises'

export interface SimulatedClock {
  /** Milliseconds of ComfyUI's time; resolves after ms / speed. Rejects once the clock is closed. */
  sleep(ms: number): Promise<void>
  /** The same, but of real time, whatever the speed: what networks and clients take does not hurry. */
  sleepReal(ms: number): Promise<void>
  /** A sleep for one run of short steps: remembers what a timer overslept, so that many tiny waits add up right. */
  pacer(): (ms: number) => Promise<void>
  /** Lets sockets and requests be served: what ComfyUI does in another thread. */
  yield(): Promise<void>
  readonly closed: boolean
  close(): void
}

/** After a stall, steps hurry by this much and no more: ticks should not come in bursts. */
const MAX_HEAD_START_MS = 20

export function createClock(speed: number): SimulatedClock {
  const controller = new AbortController()
  const { signal } = controller

  const wait = async (ms: number): Promise<void> => {
    await (ms < 1 ? setImmediate(undefined, { signal }) : setTimeout(ms, undefined, { signal }))
  }

  return {
    sleep: (ms) => wait(ms / speed),
    sleepReal: wait,
    pacer() {
      let owedMs = 0
      return async (ms) => {
        owedMs += ms / speed
        const startedAt = performance.now()
        await wait(Math.floor(owedMs))
        const sleptMs = performance.now() - startedAt
        if (owedMs >= 1) owedMs = Math.max(owedMs - sleptMs, -MAX_HEAD_START_MS)
      }
    },
    yield: () => wait(0),
    get closed() {
      return signal.aborted
    },
    close: () => controller.abort(),
  }
}
