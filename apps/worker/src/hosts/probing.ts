/** Asks one host again and again: steadily while it answers, less and less often while it does not. */
import type { HostClient } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'
import type { WorkerTimings } from '../timings.ts'
import { type HostFileLists, startFileLooks } from './file-looks.ts'
import { type HostKnowledge, NOTHING_KNOWN, type ProbeAnswer, probeHost } from './probe.ts'

export interface Probing {
  /** From the last good probe. */
  readonly known: HostKnowledge
  /** Files that it lists, as it said last. */
  readonly files: HostFileLists
  /** A job names files that it does not list for these node classes. */
  lookForFiles(classes: readonly string[]): void
  /** When the host last answered. */
  readonly seenAt: number | null
  /** Something worse was found: a probe that is under way must not undo it, and the next comes after this time. */
  restart(afterMs: number): void
  close(): void
}

export interface ProbingOptions {
  client: HostClient
  timings: ProbeTimings
  clock: Clock
  /**
   * What the host can run may have changed since it was last asked: it was away. `perhaps`: it lost a job and was
   * left alone; that may have been a restart, but it comes again and again with a broken device.
   */
  isNew(): boolean | 'perhaps'
  /** It matters what runs there. */
  isStuck(): boolean
  /** It is being asked: what is answered may have been so from now on. */
  onAsk(): void
  onAnswer(answer: ProbeAnswer): void
  /** What it lists has been looked at again. */
  onFiles(): void
  onMiss(error: unknown): void
}

export type ProbeTimings = Pick<
  WorkerTimings,
  | 'probeEveryMs'
  | 'classesEveryMs'
  | 'classesAtLeastMs'
  | 'filesEveryMs'
  | 'filesAtLeastMs'
  | 'hostBackOffMs'
  | 'hostBackOffAtMostMs'
>

/** How long a host is left alone after this many failures in a row. */
export function backOffMs(times: number, timings: ProbeTimings): number {
  const { hostBackOffMs, hostBackOffAtMostMs } = timings
  return Math.min(hostBackOffAtMostMs, hostBackOffMs * 2 ** Math.max(0, times - 1))
}

export function startProbing(options: ProbingOptions): Probing {
  const { client, timings, clock } = options
  const closing = new AbortController()
  let known: HostKnowledge = NOTHING_KNOWN
  let seenAt: number | null = null
  let classesAtMs = Number.NEGATIVE_INFINITY
  /** It may have been restarted since. */
  let isOwed = false
  let failures = 0
  let era = 0
  let callOff = clock.after(0, probe)
  const looks = startFileLooks({
    client,
    timings,
    clock,
    isUp: () => seenAt !== null && failures === 0,
    onFound: () => options.onFiles(),
  })

  function schedule(ms: number): void {
    callOff()
    if (!closing.signal.aborted) callOff = clock.after(ms, probe)
  }

  function probe(): void {
    void look()
  }

  /** Newer hosts search all their folders whenever they are asked what they can run. */
  function isDue(): boolean {
    const agoMs = clock.now() - classesAtMs
    const isNew = options.isNew()
    if (isNew === 'perhaps') isOwed = true
    if (isNew === true || agoMs >= timings.classesEveryMs) return true
    return isOwed && agoMs >= timings.classesAtLeastMs
  }

  async function look(): Promise<void> {
    const since = era
    const beganAt = clock.now()
    options.onAsk()
    try {
      const answer = await probeHost(client, {
        known,
        askClasses: isDue(),
        askRunning: options.isStuck(),
        signal: closing.signal,
      })
      if (since !== era || closing.signal.aborted) return
      failures = 0
      seenAt = clock.now()
      if (answer.files) {
        classesAtMs = seenAt
        isOwed = false
        looks.replace(answer.files, beganAt)
      }
      known = answer
      schedule(timings.probeEveryMs * (0.9 + 0.2 * Math.random()))
      options.onAnswer(answer)
    } catch (error) {
      if (since !== era || closing.signal.aborted) return
      failures += 1
      schedule(backOffMs(failures, timings))
      options.onMiss(error)
    }
  }

  return {
    get known() {
      return known
    },
    get files() {
      return looks.found
    },
    lookForFiles: (classes) => looks.demand(classes),
    get seenAt() {
      return seenAt
    },
    restart(afterMs) {
      era += 1
      schedule(afterMs)
    },
    close() {
      callOff()
      looks.close()
      closing.abort()
    },
  }
}
