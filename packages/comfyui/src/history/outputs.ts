/** Files in what nodes returned: any object with a `filename` and a `type`, under any key. */
import { z } from 'zod'
import type { FileItem } from '../client/types.ts'

const fileSchema = z.looseObject({
  filename: z.string().min(1),
  subfolder: z.string().catch(''),
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
    const key = JSON.stringify([filename, subfolder, type])
    if (seen.has(key)) continue
    seen.add(key)
    files.push({ node_id: nodeId, filename, subfolder, type })
  }
  return files
}

function candidates(output: unknown): unknown[] {
  if (typeof output !== 'object' || output === null) return []
  return Object.values(output).flatMap((value: unknown) =>
    Array.isArray(value) ? value.flat() : [value],
  )
}
