/** Which of the files that a host lists become outputs: made by the job, each once, and no more than a record holds. Pure. */
import type { FileItem } from '@safelight/comfyui'
import { jsonBytes, OUTPUTS_MAX, OUTPUTS_MAX_BYTES } from '@safelight/shared'
import { assetIdOf } from '@safelight/store'

export interface ChosenOutputs {
  /** By asset id, in the host's order. */
  files: ReadonlyMap<string, FileItem>
  /** Files that are left on the host. */
  more: number
}

/** Of an output's record, what is the same for all: ids, hash, type, size. */
const FIXED_BYTES = 320

/** Whoever chooses anew, of the same list, chooses the same. */
export function chooseOutputs(jobId: string, listed: readonly FileItem[]): ChosenOutputs {
  const files = new Map<string, FileItem>()
  const seen = new Set<string>()
  let more = 0
  let bytesLeft = OUTPUTS_MAX_BYTES
  for (const file of listed) {
    // echoes of inputs are nobody's output
    if (file.type !== 'output' && file.type !== 'temp') continue
    // a file listed under two keys counts once; there may be too many to hash them all
    const key = JSON.stringify([file.node_id, file.subfolder, file.filename, file.type])
    if (seen.has(key)) continue
    seen.add(key)
    const isFull = more > 0 || files.size === OUTPUTS_MAX
    const bytes = isFull ? 0 : FIXED_BYTES + jsonBytes([file.node_id, lastPart(file.filename)])
    // the first ones: none that is shorter gets in after one that was left out
    if (isFull || bytes > bytesLeft) {
      more += 1
    } else {
      files.set(assetIdOf(jobId, file), file)
      bytesLeft -= bytes
    }
  }
  return { files, more }
}

/** The name of a file without its folders. */
export function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? 'output'
}
