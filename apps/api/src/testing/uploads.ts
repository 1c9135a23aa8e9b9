/** Uploads as the official SDK sends them, as nobody should, and what is left of them. */
import { readdir } from 'node:fs/promises'
import { type ClientRequest, request as sendRaw } from 'node:http'
import { join } from 'node:path'
import { type AssetView, assetViewSchema } from '@safelight/shared'
import { createBLAKE3 } from 'hash-wasm'
import { readError } from './http.ts'

/** A whole PNG of one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

export interface Upload {
  bytes?: Uint8Array
  filename?: string
  /** In place of content_type and file_path; before the file. */
  fields?: readonly (readonly [string, string])[]
  headers?: Record<string, string>
}

export function toForm({ bytes = PNG, filename = 'photo.png', fields = [] }: Upload): FormData {
  const form = new FormData()
  const names = new Set(fields.map(([name]) => name))
  if (!names.has('content_type')) form.append('content_type', 'image/png')
  if (!names.has('file_path')) form.append('file_path', filename)
  for (const [name, value] of fields) form.append(name, value)
  form.append('file', new Blob([Buffer.from(bytes)]), filename)
  return form
}

export function sendForm(baseUrl: string, form: FormData, headers: Record<string, string> = {}) {
  return fetch(`${baseUrl}/api/v2/assets`, { method: 'POST', body: form, headers })
}

export async function upload(baseUrl: string, of: Upload = {}): Promise<AssetView> {
  const response = await sendForm(baseUrl, toForm(of), of.headers)
  const text = await response.text()
  if (!response.ok) throw new Error(`upload: ${response.status} ${text}`)
  return assetViewSchema.parse(JSON.parse(text))
}

/** A refused upload: its status, and why. */
export async function refuseUpload(
  baseUrl: string,
  of: Upload | FormData,
  headers: Record<string, string> = {},
) {
  const form = of instanceof FormData ? of : toForm(of)
  const response = await sendForm(baseUrl, form, headers)
  return { status: response.status, ...(await readError(response)) }
}

/** A field of a form with the boundary `b`. */
export const field = (name: string, value: string) =>
  `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
/** The head of the file. */
export const FILE = '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n'

/** An upload whose form the test writes itself. */
export function openUpload(
  baseUrl: string,
  headers: Record<string, string | number> = {},
): ClientRequest {
  return sendRaw(`${baseUrl}/api/v2/assets`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b', ...headers },
  })
}

/** Files of the store: blobs, and parts of broken writes. */
export async function storedFiles(dataDir: string): Promise<string[]> {
  const names = await readdir(join(dataDir, 'blobs'), { recursive: true }).catch(() => [])
  return names.filter((name) => /[0-9a-f-]{36}$/.test(name))
}

/** `blake3:<hex>` of them, one after the other. */
export async function hashOf(...parts: Uint8Array[]): Promise<string> {
  const hasher = await createBLAKE3()
  hasher.init()
  for (const part of parts) hasher.update(part)
  return `blake3:${hasher.digest('hex')}`
}
