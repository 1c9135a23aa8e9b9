/** Uploads as the official SDK sends them. */
import { type AssetView, assetViewSchema } from '@safelight/shared'

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
