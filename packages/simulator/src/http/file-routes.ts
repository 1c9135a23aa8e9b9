/** Downloads and uploads. */
import { posix } from 'node:path'
import { contentTypeOf } from '../files/content-type.ts'
import { type FileItem, type FileStore, isFolderType } from '../files/file-store.ts'
import { splitAnnotation } from '../nodes/input-file.ts'
import { readUploadForm, type UploadForm } from './upload-form.ts'
import { sendEmpty, sendJson } from './respond.ts'
import type { Exchange, Route } from './router.ts'
import type { ServerState } from './server-state.ts'

export function fileRoutes({ environment }: ServerState): readonly Route[] {
  const { files } = environment
  const upload = async ({ request, response }: Exchange): Promise<void> => {
    const form = await readUploadForm(request)
    const stored = storeUpload(files, form)
    if (!stored) return sendEmpty(response, 400)
    const { filename, subfolder, type } = stored
    sendJson(response, { name: filename, subfolder, type })
  }

  return [
    { method: 'GET', path: '/view', answer: (exchange) => view(files, exchange) },
    { method: 'POST', path: '/upload/image', answer: upload },
    { method: 'POST', path: '/upload/mask', answer: upload },
  ]
}

function view(files: FileStore, { query, response }: Exchange): void {
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
  const bytes = files.read({ filename, subfolder, type })
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
function storeUpload(files: FileStore, form: UploadForm): FileItem | null {
  const { bytes, filename, subfolder } = form
  if (!bytes || !filename || escapes(posix.join(subfolder, filename))) return null
  const type = form.type ?? 'input'
  if (!isFolderType(type)) throw new TypeError(`unknown folder ${type}`)
  const item = freeName(files, { filename, subfolder, type }, form)
  files.write(item, bytes)
  return item
}

/** The same bytes keep their name; other bytes under a taken name get a number. */
function freeName(files: FileStore, wanted: FileItem, { bytes, overwrite }: UploadForm): FileItem {
  if (overwrite || !bytes) return wanted
  const { name, ext } = posix.parse(wanted.filename)
  let item = wanted
  for (let copy = 1; ; copy++) {
    const existing = files.read(item)
    if (!existing || existing.equals(bytes)) return item
    item = { ...wanted, filename: `${name} (${copy})${ext}` }
  }
}
