/** The file an input names: `folder/name.png`, or `name.png [output]` for another folder. */
import { posix } from 'node:path'
import { type StoredFile, type FolderType, isFolderType } from '../files/file-store.ts'

export interface AnnotatedName {
  readonly path: string
  readonly type: FolderType | null
}

export function splitAnnotation(name: string): AnnotatedName {
  const start = name.lastIndexOf('[')
  const type = name.endsWith(']') && start >= 0 ? name.slice(start + 1, -1) : null
  return isFolderType(type)
    ? { path: name.slice(0, start).trimEnd(), type }
    : { path: name, type: null }
}

export function inputFile(name: string): StoredFile {
  const { path, type } = splitAnnotation(name)
  const subfolder = posix.dirname(path) === '.' ? '' : posix.dirname(path)
  return { filename: posix.basename(path), subfolder, type: type ?? 'input' }
}
