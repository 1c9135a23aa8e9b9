/** The input, output and temp folders, kept in memory. */
import { posix } from 'node:path'
import { PythonError } from '../python-error.ts'

export type FolderType = 'input' | 'output' | 'temp'

export interface FileItem {
  readonly filename: string
  readonly subfolder: string
  readonly type: FolderType
}

export interface FileStore {
  read(item: FileItem): Buffer | undefined
  write(item: FileItem, bytes: Buffer): void
  /** Paths below a folder, subfolder included. */
  list(type: FolderType): string[]
  empty(type: FolderType): void
  /** `<prefix>_00001_.png`, then 00002: the next name ComfyUI's folder scan would give. */
  nextName(options: NextName): FileItem
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

export function createFileStore(): FileStore {
  const folders: Readonly<Record<FolderType, Map<string, Buffer>>> = {
    input: new Map(),
    output: new Map(),
    temp: new Map(),
  }
  const pathOf = (item: FileItem): string => posix.join(item.subfolder, item.filename)

  return {
    read: (item) => folders[item.type].get(pathOf(item)),
    write: (item, bytes) => void folders[item.type].set(pathOf(item), bytes),
    list: (type) => [...folders[type].keys()],
    empty: (type) => folders[type].clear(),
    nextName(options) {
      const path = posix.normalize(expandPrefix(options))
      if (path.startsWith('..') || path.startsWith('/')) {
        throw new PythonError('Exception', 'Saving image outside the output folder is not allowed.')
      }
      const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path)
      const base = posix.basename(path)
      const taken = [...folders[options.type].keys()].filter(
        (name) => posix.join(folder, posix.basename(name)) === name,
      )
      const counter = Math.max(0, ...taken.map((name) => counterOf(posix.basename(name), base))) + 1
      return {
        filename: `${base}_${String(counter).padStart(5, '0')}_.${options.extension}`,
        subfolder: folder,
        type: options.type,
      }
    },
  }
}

function expandPrefix({ prefix, width, height }: NextName): string {
  return prefix.replaceAll('%width%', String(width)).replaceAll('%height%', String(height))
}

function counterOf(filename: string, base: string): number {
  if (!filename.startsWith(`${base}_`)) return 0
  const digits = Number(filename.slice(base.length + 1).split('_')[0])
  return Number.isInteger(digits) ? digits : 0
}
