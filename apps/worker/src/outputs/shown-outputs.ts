/**
 * What nodes show without a file, stored at once, a few at a time. Texts are in the host's history as well, so one that
 * could not be stored may be given again; pictures that travel over the socket come once: whoever heard them looks
 * afterwards whether they are all here.
 */
import { TooLarge } from '@safelight/assets'
import type { TextItem } from '@safelight/comfyui'
import type { Logger } from '@safelight/runtime'
import type { Workflow } from '@safelight/shared'
import type { OutputRoom } from './choose-outputs.ts'
import { keepOutput, type KeptOutput, type NewOutput, type OutputKeeping } from './keep-output.ts'
import type { OutputOrder } from './order.ts'
import { type SentPicture, toPictureOutput, toTextOutput } from './shown-items.ts'
import { createWorkLine } from './work-line.ts'

export interface ShownOutputs {
  onText(text: TextItem): void
  onPicture(picture: SentPicture): void
  /**
   * Everything so far is stored, and these texts as well. @returns how many found no room in the record
   * @throws what the store has to say of a text, the second time
   */
  settle(texts: readonly TextItem[]): Promise<number>
  /** Nothing is under way any more when it resolves. */
  close(): Promise<void>
}

export interface ShownOutputsOptions {
  keeping: OutputKeeping
  workflow: Workflow
  order: OutputOrder
  room: OutputRoom
  log: Logger
  /** Of pictures and texts in memory; one alone may be larger. */
  waitingMaxBytes?: number
  /** Called once per output, after its bytes and its record are stored. */
  onOutput(kept: KeptOutput): Promise<void>
}

/**
 * What waits to be stored is in memory. Pictures come as fast as a host encodes them, and not a second time: there is
 * room for some large ones, and several are stored at once, as a store that is far away answers each of them late.
 */
const WAITING_MAX_BYTES = 256 * 1024 * 1024
const STORED_AT_ONCE = 3

export function createShownOutputs(options: ShownOutputsOptions): ShownOutputs {
  const { keeping, workflow, order, room, log, waitingMaxBytes = WAITING_MAX_BYTES } = options
  const { jobId } = keeping
  const line = createWorkLine(STORED_AT_ONCE)
  const leave = new AbortController()
  const begun = new Set<string>()
  const failures: unknown[] = []
  /** Larger than an output may be: not kept, however often it is given. */
  const refused = new Set<string>()
  let waitingBytes = 0
  /** Without room. Texts are given again at the end, and counted then. */
  let pictures = 0
  let texts = 0

  const isKnown = (id: string) => begun.has(id) || room.has(id)

  /**
   * @param bytes made when it is its turn: until then a text is in memory once
   * @returns false when there is no room for it
   */
  function add(given: NewOutput, { size, bytes }: { size: number; bytes: () => Uint8Array }) {
    // one alone is in memory anyhow
    if (waitingBytes > 0 && waitingBytes + size > waitingMaxBytes) return false
    if (!room.take({ ...given, filename: given.name })) return false
    begun.add(given.id)
    waitingBytes += size
    line.add(async () => {
      try {
        await keep(given, bytes())
      } catch (error) {
        if (error instanceof TooLarge) return void refused.add(given.id)
        begun.delete(given.id)
        failures.push(error)
        if (leave.signal.aborted) return
        log.warn({ err: error, node: given.node_id }, 'output not stored')
      } finally {
        waitingBytes -= size
      }
    })
    return true
  }

  async function keep(given: NewOutput, bytes: Uint8Array): Promise<void> {
    const { signal } = leave
    signal.throwIfAborted()
    const body = (async function* () {
      yield bytes
    })()
    await options.onOutput(await keepOutput(keeping, given, { body, sizeBytes: null, signal }))
  }

  function onText(item: TextItem): void {
    const given = toTextOutput(jobId, item, workflow)
    if (isKnown(given.id)) return
    const placed = { ...given, order: order.nextText(item.node_id) }
    const { length: size } = item.text
    if (!add(placed, { size, bytes: () => Buffer.from(item.text) })) texts += 1
  }

  return {
    onText,
    onPicture(picture) {
      const given = toPictureOutput(jobId, picture, workflow)
      if (isKnown(given.id)) return
      const placed = { ...given, order: order.at(picture.node_id, picture.index) }
      const { byteLength: size } = picture.data
      if (!add(placed, { size, bytes: () => picture.data })) pictures += 1
    },
    async settle(all) {
      await line.idle()
      failures.length = 0
      texts = 0
      for (const text of all) {
        onText(text)
        // they are here anyhow: none is left out because others wait
        await line.idle()
      }
      if (failures.length > 0) throw failures[0]
      return texts + pictures + refused.size
    },
    async close() {
      line.clear()
      leave.abort('left')
      await line.idle()
    },
  }
}
