/** Files in what nodes returned: any object with a `filename` and a `type`, under any key. */
import { cutText, NODE_NAME_MAX } from '@safelight/shared'
import { z } from 'zod'
import type { FileItem } from '../client/types.ts'

/** Characters of a path: what Linux takes. */
export const PATH_MAX = 4_096

/** Characters of the name of a file. */
const NAME_MAX = 255

const fileSchema = z.looseObject({
  // no file system has longer ones
  filename: z.string().min(1).max(PATH_MAX),
  subfolder: z.string().max(PATH_MAX).catch(''),
  type: z.string(),
})

/**
 * Walks one node's output. Values may be lists, single items, or nonsense (custom nodes): what is not
 * a file is skipped. Order is kept; the same file listed twice by one node counts once.
 */
export function collectFiles(nodeId: string, output: unknown): FileItem[] {
  const files: FileItem[] = []
  const seen = new Set<string>()
  for (const candidate of candidates(output)) {
    const parsed = fileSchema.safeParse(candidate)
    if (!parsed.success) continue
    const { filename, subfolder, type } = parsed.data
    if (!isFileName(filename)) continue
    const key = JSON.stringify([filename, subfolder, type])
    if (seen.has(key)) continue
    seen.add(key)
    files.push({ node_id: cutText(nodeId, NODE_NAME_MAX), filename, subfolder, type })
  }
  return files
}

/** Whether its last part is no longer than a file's name can be. */
function isFileName(path: string): boolean {
  const separator = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return path.length - separator - 1 <= NAME_MAX
}

function candidates(output: unknown): unknown[] {
  if (typeof output !== 'object' || output === null) return []
  return Object.values(output).flatMap((value: unknown) =>
    Array.isArray(value) ? value.flat() : [value],
  )
}
