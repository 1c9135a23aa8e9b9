/** What a node returned, as far as it is something to keep: files under any key, and the texts that it shows. */
import { cutText, NODE_NAME_MAX, stringifyExact } from '@safelight/shared'
import { z } from 'zod'
import type { FileItem, MadeItems, TextItem } from '../client/types.ts'

/** Characters of a path: what Linux takes. */
export const PATH_MAX = 4_096

/** Characters of the name of a file. */
const NAME_MAX = 255

const pixels = z.int().positive().max(1_000_000).optional().catch(undefined)
const fileSchema = z.looseObject({
  // no file system has longer ones
  filename: z.string().min(1).max(PATH_MAX),
  subfolder: z.string().max(PATH_MAX).catch(''),
  type: z.string(),
  // newer hosts say more of a file
  metadata: z.looseObject({ width: pixels, height: pixels }).optional().catch(undefined),
})

/** What nodes that show words call them (PreviewAny, ShowText, SaveText and the like); other lists of strings are their own affair. */
const TEXT_KEYS = new Set(['text', 'texts', 'string', 'strings', 'markdown'])
/** Of one node: a list of words may have millions. */
const MOST_TEXTS = 1_000
const TEXT_FILE = /\.(?:txt|md|json|csv)$/i

/** Old 3D nodes say where their model is as a path below the output folder, between a camera and a background. */
const MODEL_PATH = /\.(?:glb|gltf|obj|fbx|stl|ply|usdz|splat|spz|ksplat)$/i

export interface NodeOutput {
  /** Node of the submitted workflow that it is shown as. */
  nodeId: string
  /** The node as it ran. */
  runtimeId: string
  output: unknown
  /** It comes from the host's cache. */
  reused: boolean
}

/**
 * Walks one node's output. Values may be lists, single items, or nonsense (custom nodes): what is not
 * a file or a text is skipped. Order is kept; the same file listed twice by one node counts once.
 */
export function collectMade({ nodeId, runtimeId, output, reused }: NodeOutput): MadeItems {
  const origin = { node_id: cutText(nodeId, NODE_NAME_MAX), ...(reused && { reused }) }
  const values = toValues(output)
  const files = withoutTwins([
    ...values.flatMap(([, value]) => toFile(value) ?? []),
    ...values.flatMap(([, value]) => toGuessedFile(value) ?? []),
  ]).map((file): FileItem => ({ ...origin, ...file }))
  // who saves a text shows it as well
  const saved = files.some(({ filename }) => TEXT_FILE.test(filename))
  const shown = saved ? [] : values.flatMap(([key, value]) => toText(key, value) ?? [])
  const texts = shown.slice(0, MOST_TEXTS).map(
    (text, index): TextItem => ({
      ...origin,
      runtime_id: cutText(runtimeId, NODE_NAME_MAX),
      index,
      text,
    }),
  )
  return { files, texts }
}

type PlainFile = Omit<FileItem, 'node_id' | 'reused'>

function toFile(value: unknown): PlainFile | null {
  const parsed = fileSchema.safeParse(value)
  if (!parsed.success || !isFileName(parsed.data.filename)) return null
  const { filename, subfolder, type, metadata } = parsed.data
  const { width, height } = metadata ?? {}
  return { filename, subfolder, type, ...(width && height && { width, height }) }
}

function toGuessedFile(value: unknown): PlainFile | null {
  if (typeof value !== 'string' || value.length > PATH_MAX || !MODEL_PATH.test(value)) return null
  // hosts on Windows write their own separator
  const parts = value.split(/[\\/]/)
  const filename = parts.at(-1) ?? ''
  if (value.includes('\n') || !isFileName(filename)) return null
  return { filename, subfolder: parts.slice(0, -1).join('/'), type: 'output', guessed: true }
}

/** The files, each once. A path that is only guessed at is none beside a file of its name. */
function withoutTwins(files: readonly PlainFile[]): PlainFile[] {
  const unique = new Map<string, PlainFile>()
  const names = new Set<string>()
  for (const file of files) {
    const { filename, subfolder, type, guessed } = file
    const key = JSON.stringify([filename, subfolder, type])
    if (unique.has(key) || (guessed && names.has(filename))) continue
    unique.set(key, file)
    names.add(filename)
  }
  return [...unique.values()]
}

/** Numbers and the like as JSON. Nothing, and what says nothing, is no text. */
function toText(key: string, value: unknown): string | null {
  if (!TEXT_KEYS.has(key) || value === null || value === undefined) return null
  const text = typeof value === 'string' ? value : toJson(value)
  return text === '' ? null : text
}

/** @returns '' for what cannot be written, e.g. deeper than the stack is */
function toJson(value: unknown): string {
  try {
    return stringifyExact(value)
  } catch {
    return ''
  }
}

/** Whether its last part is no longer than a file's name can be. */
function isFileName(path: string): boolean {
  const separator = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return path.length - separator - 1 <= NAME_MAX
}

function toValues(output: unknown): [key: string, value: unknown][] {
  if (typeof output !== 'object' || output === null) return []
  return Object.entries(output).flatMap(([key, value]: [string, unknown]) => {
    const values: unknown[] = Array.isArray(value) ? value.flat() : [value]
    return values.map((one): [string, unknown] => [key, one])
  })
}
