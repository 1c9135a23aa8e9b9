/** Does a host ever hold more of our prompts than it has slots? Seen from outside, many times a second. */
import { setTimeout as delay } from 'node:timers/promises'
import type { JobEvent } from '@safelight/shared'
import { z } from 'zod'
import type { JobHistory } from './recovery.ts'

/** More was there than there is room for. */
export interface Overfull {
  host: string
  at: number
  /** Marks of the prompts that were there: our promptIds. */
  marks: readonly string[]
}

export interface SlotWatch {
  readonly overfull: readonly Overfull[]
  /** How often hosts answered. */
  looks(): number
  readonly done: Promise<void>
}

export interface SlotWatchOptions {
  hosts: readonly { name: string; url: string }[]
  slots: number
  signal: AbortSignal
}

const EVERY_MS = 50
const ANSWER_MS = 5_000

const countSchema = z.object({ exec_info: z.object({ queue_remaining: z.int() }) })
const rowSchema = z.tuple(
  [z.number(), z.string(), z.unknown(), z.object({ client_id: z.string().optional() })],
  z.unknown(),
)
const queueSchema = z.object({
  queue_running: z.array(rowSchema),
  queue_pending: z.array(rowSchema),
})

export function watchSlots({ hosts, slots, signal }: SlotWatchOptions): SlotWatch {
  const overfull: Overfull[] = []
  let looks = 0

  async function watch({ name, url }: { name: string; url: string }): Promise<void> {
    while (!signal.aborted) {
      const { exec_info } = (await read(`${url}/prompt`, countSchema)) ?? {}
      if (exec_info) looks += 1
      if ((exec_info?.queue_remaining ?? 0) > slots) {
        const queue = await read(`${url}/queue`, queueSchema)
        const rows = queue ? [...queue.queue_running, ...queue.queue_pending] : []
        const marks = rows.map(([, promptId, , { client_id }]) => client_id ?? promptId)
        if (marks.length > slots) overfull.push({ host: name, at: Date.now(), marks })
      }
      await delay(EVERY_MS)
    }
  }

  /** Null when the host is away, or refuses to answer. */
  async function read<T>(url: string, schema: z.ZodType<T>): Promise<T | null> {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
      return schema.parse(await answer.json())
    } catch {
      return null
    }
  }

  return { overfull, looks: () => looks, done: Promise.all(hosts.map(watch)).then(() => undefined) }
}

export interface OverfullFacts {
  slots: number
  histories: readonly JobHistory[]
  /** Which attempt of which job a mark stands for. */
  attemptOf: ReadonlyMap<string, { jobId: string; attempt: number }>
}

/**
 * Where more prompts were than slots, one in words per host and set of prompts. Orphans do not count: a prompt that its
 * job has left could not be stopped yet, since nobody reached its host, or the host did not obey.
 */
export function findOverfull(
  sightings: readonly Overfull[],
  { slots, histories, attemptOf }: OverfullFacts,
): string[] {
  const eventsOf = new Map(histories.map(({ jobId, events }) => [jobId, events]))
  const isHeld = (mark: string, at: number) => {
    const of = attemptOf.get(mark)
    return !of || !hasLeft(eventsOf.get(of.jobId) ?? [], of.attempt, at)
  }
  const found = new Map<string, string>()
  for (const { host, at, marks } of sightings) {
    const held = marks.filter((mark) => isHeld(mark, at))
    if (held.length <= slots) continue
    const names = held.map((mark) => attemptOf.get(mark)?.jobId ?? mark).toSorted()
    const key = `${host} ${names.join()}`
    if (!found.has(key)) found.set(key, `${host} held ${held.length} at ${at}: ${names.join(', ')}`)
  }
  return [...found.values()]
}

/** By then it had ended, or waited, or was on its way to another attempt, or only its outputs were still missing. */
function hasLeft(events: readonly JobEvent[], attempt: number, at: number): boolean {
  const statuses = events.filter((event) => event.type === 'status')
  const before = statuses.filter(({ ts }) => ts <= at)
  const last = before.at(-1)
  const tried = before.findLast((event) => event.attempt !== undefined)?.attempt
  if (!last || (tried !== undefined && tried !== attempt)) return true
  return last.phase === 'collecting' || !['running', 'canceling'].includes(last.status)
}
