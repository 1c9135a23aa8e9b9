/** What the host's read-only routes answer, cut down to what Safelight uses. */
import { isJsonObject, toLine } from '@safelight/shared'
import { z } from 'zod'
import { findMark, judgeHistory, toPromptOrigin } from '../history/judge.ts'
import type { HistoryEntry, MarkedPrompt, QueueState, SystemStats } from './types.ts'

// sums of them stay numbers
const bytes = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER).nullable().catch(null)

/** Characters. All of it goes into each report on the host, and into lists of hosts. */
const MAX_VERSION = 64
const MAX_NAME = 200
const MAX_DEVICES = 64

const systemStatsSchema = z
  .object({
    system: z.looseObject({ comfyui_version: z.string().catch('') }),
    devices: z
      .array(
        z.looseObject({ name: z.string(), type: z.string(), vram_total: bytes, vram_free: bytes }),
      )
      .catch([]),
  })
  .transform(
    ({ system, devices }): SystemStats => ({
      version: toLine(system.comfyui_version, MAX_VERSION),
      devices: devices.slice(0, MAX_DEVICES).map((device) => ({
        name: toLine(device.name, MAX_NAME),
        type: toLine(device.type, MAX_NAME),
        vramTotal: device.vram_total,
        vramFree: device.vram_free,
      })),
    }),
  )

export function parseSystemStats(answer: unknown): SystemStats | null {
  return systemStatsSchema.safeParse(answer).data ?? null
}

// [number, promptId, graph, extra_data, output node ids]; newer hosts may append more
const queueItemSchema = z
  .tuple([z.number(), z.coerce.string()])
  .rest(z.unknown())
  .transform((item) => ({ number: item[0], promptId: item[1], ...toPromptOrigin(item) }))

const queueSchema = z
  .object({ queue_running: z.array(queueItemSchema), queue_pending: z.array(queueItemSchema) })
  .transform(
    (queue): QueueState => ({
      running: queue.queue_running,
      // the host answers in heap order
      pending: queue.queue_pending.sort((a, b) => a.number - b.number),
    }),
  )

/** All or nothing: a queue with an item skipped would make a waiting prompt look lost. */
export function parseQueue(answer: unknown): QueueState | null {
  return queueSchema.safeParse(answer).data ?? null
}

const queueDepthSchema = z
  .object({ exec_info: z.looseObject({ queue_remaining: z.int().nonnegative() }) })
  .transform(({ exec_info }) => exec_info.queue_remaining)

export function parseQueueDepth(answer: unknown): number | null {
  return queueDepthSchema.safeParse(answer).data ?? null
}

/** Oldest first, as the host lists them. One that cannot be read is another prompt's trouble: it has nobody's mark. */
export function parseRecentHistory(answer: unknown): MarkedPrompt[] | null {
  if (!isJsonObject(answer)) return null
  return Object.entries(answer).map(([promptId, candidate]) => findMark(promptId, candidate))
}

/** @returns the prompt's own, of all that the host answers; null when that cannot be read */
export function parseHistory(
  answer: unknown,
  promptId: string,
): { entry: HistoryEntry | null } | null {
  if (!isJsonObject(answer)) return null
  if (!Object.hasOwn(answer, promptId)) return { entry: null }
  const entry = judgeHistory(promptId, answer[promptId])
  return entry && { entry }
}
