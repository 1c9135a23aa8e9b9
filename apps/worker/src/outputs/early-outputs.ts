/**
 * Outputs while the graph goes on. A node says what it made when it is over: its files are fetched in the background, a
 * few at a time, and what it shows without a file is stored at once. A file that cannot be fetched here is no failure of
 * the job: it is left to the stage that collects the rest.
 */
import type { HostClient, MadeItems, TextItem } from '@safelight/comfyui'
import type { Clock, Logger } from '@safelight/runtime'
import type { Output, Workflow } from '@safelight/shared'
import { assetIdOf, type HarvestFile } from '@safelight/store'
import { isPreview, openRoom } from './choose-outputs.ts'
import { bringFile, toNewOutput } from './collect.ts'
import type { KeptOutput, OutputKeeping } from './keep-output.ts'
import { createOutputOrder } from './order.ts'
import type { SentPicture } from './shown-items.ts'
import { createShownOutputs } from './shown-outputs.ts'
import { createWorkLine } from './work-line.ts'

export interface EarlyOutputs {
  /** A node is over: what it made. */
  onMade(made: MadeItems): void
  onPicture(picture: SentPicture): void
  /**
   * The execution is over. Everything that was shown is stored, these texts as well; files under way are given up, and
   * left to be collected. @returns how many texts and pictures found no room in the record
   */
  settle(texts: readonly TextItem[]): Promise<number>
  /** Nothing is under way any more when it resolves. */
  close(): Promise<void>
}

export interface EarlyOutputsOptions {
  keeping: OutputKeeping
  client: HostClient
  workflow: Workflow
  /** Node id → where it stands in the graph. */
  places: ReadonlyMap<string, number>
  /** What of this attempt is on record. */
  kept: readonly Output[]
  /** Waits between tries to fetch a file. */
  retryMs: readonly number[]
  /** A file is fetched when the graph has gone on for so long: the last ones are left to be collected. */
  afterMs: number
  clock: Clock
  log: Logger
  /** Called once per output, after its bytes and its record are stored. */
  onOutput(kept: KeptOutput, file: HarvestFile | null): Promise<void>
}

const FILES_AT_ONCE = 2
/** Early ones may not take the room of real outputs that are still to come. */
const MOST_PREVIEWS = 50

export function createEarlyOutputs(options: EarlyOutputsOptions): EarlyOutputs {
  const { keeping, client, workflow, places, clock, log, retryMs } = options
  const { jobId } = keeping
  const order = createOutputOrder(places)
  const room = openRoom(options.kept)
  const files = createWorkLine(FILES_AT_ONCE)
  const shown = createShownOutputs({
    keeping,
    workflow,
    order,
    room,
    log,
    onOutput: (kept) => options.onOutput(kept, null),
  })
  const leaveFiles = new AbortController()
  const begun = new Set<string>()
  const timers = new Set<() => void>()
  let previews = 0

  function later(task: () => Promise<void>): void {
    const callOff = clock.after(options.afterMs, () => {
      timers.delete(callOff)
      files.add(task)
    })
    timers.add(callOff)
  }

  function onFile(file: HarvestFile): void {
    const id = assetIdOf(jobId, file)
    if (begun.has(id) || room.has(id) || file.guessed) return
    if (isPreview(file) && previews >= MOST_PREVIEWS) return
    if (!room.take(file)) return
    if (isPreview(file)) previews += 1
    begun.add(id)
    later(() => fetchOne(id, file))
  }

  async function fetchOne(id: string, file: HarvestFile): Promise<void> {
    const { signal } = leaveFiles
    if (signal.aborted) return
    try {
      const bring = { keeping, client, retryMs, clock, signal }
      const kept = await bringFile(bring, file, toNewOutput(id, file))
      await options.onOutput(kept, file)
    } catch (error) {
      if (!signal.aborted) log.debug({ err: error, node: file.node_id }, 'output not fetched yet')
    }
  }

  function stopFiles(): void {
    for (const callOff of timers) callOff()
    timers.clear()
    files.clear()
    leaveFiles.abort('left')
  }

  return {
    onMade({ files: listed, texts }) {
      for (const file of listed) {
        if (file.type !== 'output' && file.type !== 'temp') continue
        onFile({ ...file, order: order.nextFile(file.node_id, isPreview(file)) })
      }
      for (const text of texts) shown.onText(text)
    },
    onPicture: (picture) => shown.onPicture(picture),
    async settle(texts) {
      stopFiles()
      const [more] = await Promise.all([shown.settle(texts), files.idle()])
      return more
    },
    async close() {
      stopFiles()
      await Promise.all([shown.close(), files.idle()])
    },
  }
}
