/** The URL path of a file on the host, once it is certain that it stays in the host's own folders. */
import { HostError } from '../errors.ts'
import type { FileItem } from './types.ts'

const FOLDERS = new Set(['output', 'temp', 'input'])
/** The host reads `name.png [input]` as another folder and `blake3:…` as an asset: neither is a file name. */
const DISGUISED = /\[(?:output|temp|input)\]\s*$|^blake3:/

/** Output items are written by custom nodes, so they are checked like user input. @throws HostError `bad_answer` */
export function toViewPath(file: FileItem): string {
  if (
    !FOLDERS.has(file.type) ||
    file.filename === '' ||
    DISGUISED.test(file.filename) ||
    leavesFolder(file.filename) ||
    leavesFolder(file.subfolder)
  ) {
    throw new HostError('bad_answer', 'The host listed a file outside of its folders')
  }
  const { filename, subfolder, type } = file
  return `/view?${new URLSearchParams({ filename, subfolder, type }).toString()}`
}

/** `\` counts as a separator too: the host may run on Windows, where `C:` is a root as well. */
function leavesFolder(path: string): boolean {
  return (
    path.includes('\0') || /^(?:[/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..')
  )
}
