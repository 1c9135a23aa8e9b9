/** What can be uploaded, as something that can be sent. */
import type { UploadContent } from './types.ts'

/** A blob can be sent again; a stream cannot. */
export type Sendable =
  | { kind: 'blob'; blob: Blob; name: string | null }
  | { kind: 'stream'; stream: AsyncIterable<Uint8Array> }

export async function toSendable(content: UploadContent): Promise<Sendable> {
  if (typeof content === 'string') return openFile(content)
  if (content instanceof Blob) {
    const isFile = typeof File !== 'undefined' && content instanceof File
    return { kind: 'blob', blob: content, name: isFile ? content.name : null }
  }
  if (content instanceof Uint8Array) {
    return { kind: 'blob', blob: new Blob([new Uint8Array(content)]), name: null }
  }
  // browsers send no streams over HTTP/1: there it is taken in first
  if (!isNode()) return { kind: 'blob', blob: await toBlob(content), name: null }
  return { kind: 'stream', stream: content }
}

/** A file of Node's, read while it is sent. */
async function openFile(path: string): Promise<Sendable> {
  if (!isNode()) throw new TypeError('a path can be uploaded in Node only: give a File or a Blob')
  // not imported: bundlers for browsers would look for it
  const fs = process.getBuiltinModule('node:fs')
  const name = path.split(/[\\/]/).at(-1) || 'file'
  return { kind: 'blob', blob: await fs.openAsBlob(path), name }
}

async function toBlob(content: AsyncIterable<Uint8Array>): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of content) chunks.push(new Uint8Array(chunk))
  return new Blob(chunks)
}

function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.getBuiltinModule === 'function'
}
