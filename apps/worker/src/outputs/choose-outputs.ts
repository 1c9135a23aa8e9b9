/** Which of the files that a host lists become outputs: made by the job, each once, and no more than a record holds. Pure. */
import type { FileItem } from '@safelight/comfyui'
import { jsonBytes, type Output, OUTPUTS_MAX, OUTPUTS_MAX_BYTES } from '@safelight/shared'
import { assetIdOf, type HarvestFile } from '@safelight/store'
import { createOutputOrder } from './order.ts'

export interface ChosenOutputs {
  /** By asset id, in the order of the host, what is only to be looked at last. */
  files: ReadonlyMap<string, HarvestFile>
  /** Files that are left on the host. */
  more: number
}

export interface ListedOutputs {
  listed: readonly FileItem[]
  /** Node id → where it stands in the graph. */
  places?: ReadonlyMap<string, number>
  /** What of this attempt is on record. */
  kept?: readonly Output[]
}

/** Of an output's record, what is the same for all: ids, hash, type, size, place. */
const FIXED_BYTES = 380

/** Whoever chooses anew, of the same list, chooses the same. */
export function chooseOutputs(
  jobId: string,
  { listed, places = new Map(), kept = [] }: ListedOutputs,
): ChosenOutputs {
  const made = inOrder(listed, places)
  const room = openRoom(kept)
  const files = new Map<string, HarvestFile>()
  let more = 0
  for (const file of made) {
    const id = assetIdOf(jobId, file)
    if (room.has(id)) continue
    // the first ones: none that is shorter gets in after one that was left out
    if (more > 0 || !room.take(file)) more += 1
    else files.set(id, file)
  }
  return { files, more }
}

/** What the job made, each once, with its place; the real ones first, so that too many to look at leave none of them out. */
function inOrder(listed: readonly FileItem[], places: ReadonlyMap<string, number>): HarvestFile[] {
  const order = createOutputOrder(places)
  const seen = new Set<string>()
  const named = new Set(listed.flatMap((file) => (file.guessed ? [] : [file.filename])))
  const made: HarvestFile[] = []
  for (const file of listed) {
    // echoes of inputs are nobody's output
    if (file.type !== 'output' && file.type !== 'temp') continue
    // an old node that shows the model which another one saved
    if (file.guessed && named.has(file.filename)) continue
    const place = order.nextFile(file.node_id, isPreview(file))
    // a file listed under two keys counts once; there may be too many to hash them all
    const key = JSON.stringify([file.node_id, file.subfolder, file.filename, file.type])
    if (seen.has(key)) continue
    seen.add(key)
    made.push({ ...file, order: place })
  }
  return [...made.filter((file) => !isPreview(file)), ...made.filter(isPreview)]
}

export interface OutputRoom {
  has(id: string): boolean
  /** @returns false when there is none left */
  take(output: { node_id: string; filename: string }): boolean
}

/** What a record holds of outputs, less those that it has. Texts have a room of their own. */
export function openRoom(kept: readonly Output[]): OutputRoom {
  const ids = new Set(kept.map(({ id }) => id))
  let left = OUTPUTS_MAX - kept.length
  let bytesLeft = OUTPUTS_MAX_BYTES
  for (const { node_id, name } of kept) bytesLeft -= bytesOf([node_id, name])
  return {
    has: (id) => ids.has(id),
    take({ node_id, filename }) {
      const bytes = left > 0 ? bytesOf([node_id, lastPart(filename)]) : 0
      if (left <= 0 || bytes > bytesLeft) return false
      left -= 1
      bytesLeft -= bytes
      return true
    },
  }
}

function bytesOf(words: readonly unknown[]): number {
  return FIXED_BYTES + jsonBytes(words)
}

/** What the host keeps for a while is something to look at on the way. */
export function isPreview({ type }: { type: string }): boolean {
  return type === 'temp'
}

/** The name of a file without its folders. */
export function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? 'output'
}
