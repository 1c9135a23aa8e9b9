/** The multipart form of an upload. */
import type { IncomingMessage } from 'node:http'
import { BodyTooLarge } from './body.ts'

export interface UploadForm {
  readonly bytes: Buffer | null
  readonly filename: string
  readonly subfolder: string
  readonly type: string | null
  /** Of a mask: which picture it is for, as JSON. */
  readonly originalRef: string | null
  readonly overwrite: boolean
}

/** @throws BodyTooLarge in the middle of it, as real servers do */
export async function readUploadForm(
  request: IncomingMessage,
  maxBytes: number,
): Promise<UploadForm> {
  // Most servers never see an upload: they start faster without its parser.
  const { default: busboy } = await import('busboy')
  return new Promise((resolve, reject) => {
    const form = busboy({
      headers: request.headers,
      preservePath: true,
      defParamCharset: 'utf8',
    })
    const fields = new Map<string, string>()
    const chunks: Buffer[] = []
    let filename: string | null = null
    let size = 0

    form.on('file', (name, stream, info) => {
      if (name !== 'image') {
        stream.resume()
        return
      }
      filename = info.filename ?? ''
      stream.on('data', (chunk: Buffer) => {
        size += chunk.byteLength
        if (size > maxBytes) {
          request.unpipe(form)
          return reject(new BodyTooLarge(maxBytes))
        }
        chunks.push(chunk)
      })
    })
    form.on('field', (name, value) => fields.set(name, value))
    form.on('error', reject)
    form.on('close', () => {
      const overwrite = fields.get('overwrite')
      resolve({
        bytes: filename === null ? null : Buffer.concat(chunks),
        filename: filename ?? '',
        subfolder: fields.get('subfolder') ?? '',
        type: fields.get('type') ?? null,
        originalRef: fields.get('original_ref') ?? null,
        overwrite: overwrite === 'true' || overwrite === '1',
      })
    })
    request.pipe(form)
  })
}
