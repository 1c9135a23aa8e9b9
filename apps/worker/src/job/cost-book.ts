/** What jobs cost, as workers know and note it: a short memory in front, one write a second at most, and never a reason for a job to fail or to wait. */
import {
  learnCosts,
  type LearnedCosts,
  measureNodes,
  NOTHING_LEARNED,
  toCostRecords,
  type TrackerState,
} from '@safelight/comfyui'
import type { Clock, Logger } from '@safelight/runtime'
import { type MeasuredCost, type NodeCosts, levelOf } from '@safelight/store'

export interface CostBook {
  /** As past executions measured them; nothing learned when that cannot be read. Waits for the first read only. */
  learned(): Promise<LearnedCosts>
  /** Of an execution that was seen from its beginning to a good end. */
  note(hostId: string, tracker: TrackerState): void
  /** Writes what is noted. */
  close(): Promise<void>
}

export interface CostBookDeps {
  store: NodeCosts
  /** How long what was read is good enough. */
  freshMs: number
  /** How long notes are collected. */
  writeEveryMs: number
  clock: Clock
  log: Logger
}

/** Between two writes: a store that is away must not fill this process. */
const NOTES_AT_MOST = 2_000

export function createCostBook({
  store,
  freshMs,
  writeEveryMs,
  clock,
  log,
}: CostBookDeps): CostBook {
  let known = NOTHING_LEARNED
  let reading: Promise<void> | null = null
  let hasRead = false
  let askedAtMs = Number.NEGATIVE_INFINITY
  let notes: MeasuredCost[] = []
  let callOff: (() => void) | null = null

  async function read(): Promise<void> {
    try {
      known = learnCosts(await store.load())
      hasRead = true
    } catch (error) {
      log.warn({ err: error }, 'node costs not read')
    } finally {
      reading = null
    }
  }

  async function write(): Promise<void> {
    callOff?.()
    callOff = null
    const noted = notes
    notes = []
    if (noted.length === 0) return
    try {
      await store.record(noted)
    } catch (error) {
      log[levelOf(error)]({ err: error }, 'node costs not recorded')
    }
  }

  return {
    async learned() {
      if (!reading && clock.steady() - askedAtMs >= freshMs) {
        askedAtMs = clock.steady()
        reading = read()
      }
      if (!hasRead) await reading
      return known
    },
    note(hostId, tracker) {
      const measured = toCostRecords(measureNodes(tracker), hostId)
      notes.push(...measured.slice(0, NOTES_AT_MOST - notes.length))
      callOff ??= clock.after(writeEveryMs, () => void write())
    },
    close: write,
  }
}
