/** Downloads and uploads. */
import { posix } from 'node:path'
import { type FileStore, isFolderType, type StoredFile } from '../files/file-store.ts'
import { splitAnnotation } from '../nodes/input-file.ts'
import { type MadePicture, toChannel, toPreview, withAlphaOf } from '../picture/view-picture.ts'
import { isRecord, readText } from '../record.ts'
import { sendEmpty, sendFile, sendJson } from './respond.ts'
import type { Exchange, Route } from './router.ts'
import type { ServerState } from './server-state.ts'
import { readUploadForm, type UploadForm } from './upload-form.ts'

export function fileRoutes({
  environment,
  faults,
  uploaded,
  maxUploadBytes,
}: ServerState): readonly Route[] {
  const { files } = environment

  /** @param contentOf what to store of an upload; null: nothing, which is not said */
  const upload =
    (contentOf: (form: UploadForm) => Promise<Buffer | null>) =>
    async ({ request, response }: Exchange): Promise<void> => {
      const form = await readUploadForm(request, maxUploadBytes)
      const item = uploadedItem(form)
      if (!item) return sendEmpty(response, 400)
      const { filename, subfolder, type } = await store(files, item, {
        ...form,
        content: await contentOf(form),
      })
      uploaded(posix.join(subfolder, filename))
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
    { method: 'POST', path: '/upload/image', answer: upload(async ({ bytes }) => bytes) },
    { method: 'POST', path: '/upload/mask', answer: upload((form) => maskOf(files, form)) },
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
  const made = await lessThanFile(bytes, query)
  sendFile(response, { filename, ...(made ?? { bytes, contentType: contentTypeOf(filename) }) })
}

/** null: the file itself is wanted. */
async function lessThanFile(bytes: Buffer, query: URLSearchParams): Promise<MadePicture | null> {
  const preview = query.get('preview')
  const channel = query.get('channel') ?? 'rgba'
  if (preview !== null) return toPreview(bytes, preview, query.get('channel') ?? '')
  return channel === 'rgb' || channel === 'a' ? toChannel(bytes, channel) : null
}

/** The picture that `original_ref` names, with the mask's transparency; null when there is none. */
async function maskOf(files: FileStore, form: UploadForm): Promise<Buffer | null> {
  const ref: unknown = JSON.parse(form.originalRef ?? '')
  const asked = isRecord(ref) ? readText(ref['filename']) : undefined
  if (!isRecord(ref) || asked === undefined) throw new TypeError('original_ref names no file')
  const { path, type: annotated } = splitAnnotation(asked)
  const type = annotated ?? ref['type'] ?? 'output'
  const subfolder = readText(ref['subfolder']) ?? ''
  if (path === '' || path.startsWith('/') || path.includes('..')) return null
  if (!isFolderType(type) || escapes(subfolder)) return null
  const original = await files.read({ filename: path, subfolder, type })
  return original && form.bytes ? withAlphaOf(original, form.bytes) : null
}

function escapes(subfolder: string): boolean {
  return subfolder.startsWith('/') || posix.normalize(subfolder).startsWith('..')
}

/** null: refused. Throws on an unknown folder type, which ComfyUI answers with a 500. */
function uploadedItem({ bytes, filename, subfolder, type }: UploadForm): StoredFile | null {
  if (!bytes || !filename || escapes(posix.join(subfolder, filename))) return null
  const folder = type ?? 'input'
  if (!isFolderType(folder)) throw new TypeError(`unknown folder ${folder}`)
  return { filename, subfolder, type: folder }
}

/** The same bytes keep their name; other bytes under a taken name get a number. */
async function store(
  files: FileStore,
  wanted: StoredFile,
  { bytes, content, overwrite }: UploadForm & { content: Buffer | null },
): Promise<StoredFile> {
  const { name, ext } = posix.parse(wanted.filename)
  let item = wanted
  for (let copy = 1; ; copy++) {
    const existing = overwrite ? undefined : files.read(item)
    // Written in the same turn in which the name was free: another upload may want it too.
    if (!existing) break
    if (bytes && (await existing).equals(bytes)) return item
    item = { ...item, filename: `${name} (${copy})${ext}` }
  }
  if (content) files.write(item, content)
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

export function contentTypeOf(filename: string): string {
  return CONTENT_TYPES[posix.extname(filename).toLowerCase()] ?? 'application/octet-stream'
}
