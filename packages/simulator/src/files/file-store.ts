/** The input, output and temp folders, kept in memory. */
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { PythonError } from '../python-error.ts'

export type FolderType = 'input' | 'output' | 'temp'

export interface StoredFile {
  readonly filename: string
  readonly subfolder: string
  readonly type: FolderType
}

/** Bytes, or how to make them: what nobody reads is never painted. Making them twice gives the same. */
export type FileContent = Buffer | (() => Promise<Buffer>)

export interface FileStore {
  has(item: StoredFile): boolean
  read(item: StoredFile): Promise<Buffer> | undefined
  write(item: StoredFile, content: FileContent): void
  /** Differs when the content does; undefined: there is no such file. */
  fingerprint(item: StoredFile): string | undefined
  /** Paths below a folder, subfolder included. */
  list(type: FolderType): string[]
  empty(type: FolderType): void
  /** `<prefix>_00001_.png`, then 00002: the next name ComfyUI's folder scan would give. */
  nextName(options: NextName): StoredFile
}

export interface NextName {
  readonly prefix: string
  readonly extension: string
  readonly type: FolderType
  /** For %width% and %height% in the prefix. */
  readonly width: number
  readonly height: number
}

export function isFolderType(value: unknown): value is FolderType {
  return value === 'input' || value === 'output' || value === 'temp'
}

interface Folder {
  readonly files: Map<string, FileContent>
  /** The highest number taken below each prefix: a scan of all names would cost more with every file. */
  readonly counters: Map<string, number>
}

/** Of what nodes have made, each in a folder; the oldest go, as somebody tidies a disk. */
const MOST_MADE_FILES = 20_000

/** @param mostMade in `output` and in `temp`; what was uploaded stays */
export function createFileStore(mostMade = MOST_MADE_FILES): FileStore {
  const folders: Readonly<Record<FolderType, Folder>> = {
    input: { files: new Map(), counters: new Map() },
    output: { files: new Map(), counters: new Map() },
    temp: { files: new Map(), counters: new Map() },
  }
  const made = createMadeBytes()
  const fingerprints = new WeakMap<object, string>()
  let writes = 0

  const find = (item: StoredFile): FileContent | undefined =>
    folders[item.type].files.get(pathOf(item))

  return {
    has: (item) => find(item) !== undefined,
    read(item) {
      const content = find(item)
      return typeof content === 'function' ? made(content) : content && Promise.resolve(content)
    },
    write(item, content) {
      const { files, counters } = folders[item.type]
      const path = pathOf(item)
      files.set(path, content)
      for (const [prefix, number] of numbersIn(path)) {
        counters.set(prefix, Math.max(counters.get(prefix) ?? 0, number))
      }
      const [oldest] = files.keys()
      if (item.type !== 'input' && files.size > mostMade && oldest !== undefined)
        forget(folders[item.type], oldest)
    },
    fingerprint(item) {
      const content = find(item)
      if (content === undefined) return undefined
      const known =
        fingerprints.get(content) ??
        (typeof content === 'function'
          ? `write ${writes++}`
          : createHash('sha256').update(content).digest('hex'))
      fingerprints.set(content, known)
      return known
    },
    list: (type) => [...folders[type].files.keys()],
    empty(type) {
      folders[type].files.clear()
      folders[type].counters.clear()
    },
    nextName(options) {
      const path = posix.normalize(expandPrefix(options))
      if (path.startsWith('..') || path.startsWith('/')) {
        throw new PythonError('Exception', 'Saving image outside the output folder is not allowed.')
      }
      const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path)
      const base = posix.basename(path)
      const taken = folders[options.type].counters.get(posix.join(folder, base)) ?? 0
      return {
        filename: `${base}_${String(taken + 1).padStart(5, '0')}_.${options.extension}`,
        subfolder: folder,
        type: options.type,
      }
    },
  }
}

/** Numbers that younger files have counted on from stay. */
function forget({ files, counters }: Folder, path: string): void {
  files.delete(path)
  for (const [prefix, number] of numbersIn(path))
    if (counters.get(prefix) === number) counters.delete(prefix)
}

function pathOf(item: StoredFile): string {
  return posix.join(item.subfolder, item.filename)
}

const MAX_MADE = 32

/** The bytes made last: whoever asks again soon, or meanwhile, gets the same. */
function createMadeBytes(): (make: () => Promise<Buffer>) => Promise<Buffer> {
  const kept = new Map<() => Promise<Buffer>, Promise<Buffer>>()
  return (make) => {
    const bytes = kept.get(make) ?? make()
    kept.delete(make)
    kept.set(make, bytes)
    bytes.catch(() => kept.delete(make))
    const [oldest] = kept.keys()
    if (kept.size > MAX_MADE && oldest) kept.delete(oldest)
    return bytes
  }
}

function expandPrefix({ prefix, width, height }: NextName): string {
  return prefix.replaceAll('%width%', String(width)).replaceAll('%height%', String(height))
}

/** Each prefix a name may be counted under, with its number: `a/b_00007_.png` is 7 of `a/b`. */
function numbersIn(path: string): [prefix: string, number: number][] {
  const found: [string, number][] = []
  for (
    let at = path.indexOf('_', path.lastIndexOf('/') + 1);
    at >= 0;
    at = path.indexOf('_', at + 1)
  ) {
    const digits = Number(path.slice(at + 1).split('_', 1)[0])
    if (Number.isInteger(digits)) found.push([path.slice(0, at), digits])
  }
  return found
}
