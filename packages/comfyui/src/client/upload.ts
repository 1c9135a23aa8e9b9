/** A file on its way to the host's input folder, as the form that `POST /upload/image` takes. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Upload } from './request-body.ts'
import type { InputFile } from './types.ts'

const FIELDS = { type: 'input', overwrite: 'true' }

/** @throws what the body throws; and when it has another length than it says */
export function toUploadForm({ name, size, body }: InputFile): Upload {
  const boundary = `safelight-${randomUUID()}`
  const fields = Object.entries(FIELDS).map(
    ([field, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
  )
  const head = Buffer.from(
    `${fields.join('')}--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.byteLength + size + tail.byteLength,
    body: (async function* () {
      yield head
      let sent = 0
      for await (const chunk of body) {
        sent += chunk.byteLength
        if (sent > size) break
        yield chunk
      }
      if (sent !== size) throw new Error('a file has another length than it says')
      yield tail
    })(),
  }
}

const storedSchema = z.object({
  name: z.string().min(1).max(255),
  subfolder: z.string().max(255).catch(''),
})

/** @returns how a node names the file; null when the answer says something else */
export function parseUploaded(answer: unknown): string | null {
  const stored = storedSchema.safeParse(answer).data
  if (!stored) return null
  return stored.subfolder === '' ? stored.name : `${stored.subfolder}/${stored.name}`
}

const featuresSchema = z.object({ max_upload_size: z.number().positive() })

/** @returns how many bytes the host takes in one upload; null when it does not say */
export function parseMaxUpload(answer: unknown): number | null {
  return featuresSchema.safeParse(answer).data?.max_upload_size ?? null
}
