/** Downloads and uploads. */
import { posix } from 'node:path'
import { type StoredFile, type FileStore, isFolderType } from '../files/file-store.ts'
import { splitAnnotation } from '../nodes/input-file.ts'
import { readUploadForm, type UploadForm } from './upload-form.ts'
import { sendEmpty, sendJson } from './respond.ts'
import type { Exchange, Route } from './router.ts'
import type { ServerState } from './server-state.ts'

export function fileRoutes({ environment, faults }: ServerState): readonly Route[] {
  const { files } = environment
  const upload = async ({ request, response }: Exchange): Promise<void> => {
    const form = await readUploadForm(request)
    const stored = await storeUpload(files, form)
    if (!stored) return sendEmpty(response, 400)
    const { filename, subfolder, type } = stored
    sendJson(response, { name: filename, subfolder, type })
  }

  return [
    {
      method: 'GET',
      path: '/view',
      answer(exchange) {
        const { unservedFile, unservedStatus } = faults.get()
        const name = exchange.query.get('filename') ?? ''
        if (unservedFile !== '' && name.includes(unservedFile)) {
          return sendEmpty(exchange.response, unservedStatus)
        }
        return view(files, exchange)
      },
    },
    { method: 'POST', path: '/upload/image', answer: upload },
    { method: 'POST', path: '/upload/mask', answer: upload },
  ]
}

async function view(files: FileStore, { query, response }: Exchange): Promise<void> {
  const asked = query.get('filename')
  if (asked === null) return sendEmpty(response, 404)
  const { path, type: annotated } = splitAnnotation(asked)
  const type = annotated ?? query.get('type') ?? 'output'
  if (path === '' || path.startsWith('/') || path.includes('..') || !isFolderType(type)) {
    return sendEmpty(response, 400)
  }
  const subfolder = query.get('subfolder') ?? ''
  if (escapes(subfolder)) return sendEmpty(response, 403)
  const filename = posix.basename(path)
  const bytes = await files.read({ filename, subfolder, type })
  if (!bytes) return sendEmpty(response, 404)
  response.writeHead(200, {
    'content-type': contentTypeOf(filename),
    'content-length': bytes.length,
    'content-disposition': `filename="${filename.replaceAll('"', '')}"`,
  })
  response.end(bytes)
}

function escapes(subfolder: string): boolean {
  return subfolder.startsWith('/') || posix.normalize(subfolder).startsWith('..')
}

/** null: refused. Throws on an unknown folder type, which ComfyUI answers with a 500. */
async function storeUpload(files: FileStore, form: UploadForm): Promise<StoredFile | null> {
  const { bytes, filename, subfolder, overwrite } = form
  if (!bytes || !filename || escapes(posix.join(subfolder, filename))) return null
  const type = form.type ?? 'input'
  if (!isFolderType(type)) throw new TypeError(`unknown folder ${type}`)
  const { name, ext } = posix.parse(filename)
  let item: StoredFile = { filename, subfolder, type }
  // The same bytes keep their name; other bytes under a taken name get a number.
  for (let copy = 1; ; copy++) {
    const existing = overwrite ? undefined : files.read(item)
    // Written in the same turn in which the name was free: another upload may want it too.
    if (!existing) break
    if ((await existing).equals(bytes)) return item
    item = { ...item, filename: `${name} (${copy})${ext}` }
  }
  files.write(item, bytes)
  return item
}

/** What ComfyUI guesses from a file name; pages and scripts are served as plain bytes. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.flac': 'audio/flac',
  '.wav': 'audio/x-wav',
  '.mp3': 'audio/mpeg',
  '.json': 'application/json',
  '.txt': 'text/plain',
}

function contentTypeOf(filename: string): string {
  return CONTENT_TYPES[posix.extname(filename).toLowerCase()] ?? 'application/octet-stream'
}
