/** Simulated time: node durations are divided by the speed, and closing wakes every sleeper with an error. */
import { setImmediate, setTimeout } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds of ComfyUI's time; resolves after ms / speed. Rejects once the clock is closed. */
  sleep(ms: number): Promise<void>
  /** A sleep for one run of short steps: remembers what a timer overslept, so that many tiny waits add up right. */
  pacer(): (ms: number) => Promise<void>
  /** Lets sockets and requests be served: what ComfyUI does in another thread. */
  yield(): Promise<void>
  readonly closed: boolean
  close(): void
}

export function createClock(speed: number): Clock {
  const controller = new AbortController()
  const { signal } = controller

  const wait = async (ms: number): Promise<void> => {
    await (ms < 1 ? setImmediate(undefined, { signal }) : setTimeout(ms, undefined, { signal }))
  }

  return {
    sleep: (ms) => wait(ms / speed),
    pacer() {
      let owedMs = 0
      return async (ms) => {
        owedMs += ms / speed
        const startedAt = performance.now()
        await wait(Math.floor(owedMs))
        if (owedMs >= 1) owedMs -= performance.now() - startedAt
      }
    },
    yield: () => wait(0),
    get closed() {
      return signal.aborted
    },
    close: () => controller.abort(),
  }
}
