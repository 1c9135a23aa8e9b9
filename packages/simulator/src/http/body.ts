/** Request bodies: JSON whatever the content type says, and never larger than ComfyUI allows. */
import type { IncomingMessage } from 'node:http'
import { readPythonJson } from '../read-python-json.ts'
import { isRecord, type Json } from '../record.ts'

export class BodyTooLarge extends Error {
  readonly maxBytes: number
  constructor(maxBytes: number) {
    super(`Maximum request body size ${maxBytes} exceeded`)
    this.name = 'BodyTooLarge'
    this.maxBytes = maxBytes
  }
}

const MAX_BODY_BYTES = 104_857_600

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_BODY_BYTES) throw new BodyTooLarge(MAX_BODY_BYTES)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** Throws on anything that is not JSON: ComfyUI answers that with a 500. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  return readPythonJson(String(await readBody(request)))
}

/** As above, and on anything that is not an object. */
export async function readJsonObject(request: IncomingMessage): Promise<Json> {
  return (await readJsonBody(request)).body
}

/** The same, and its text. */
export async function readJsonBody(
  request: IncomingMessage,
): Promise<{ body: Json; text: string }> {
  const text = String(await readBody(request))
  const body = readPythonJson(text)
  if (!isRecord(body)) throw new TypeError('the body is not an object')
  return { body, text }
}

/** As above, but an empty or unreadable body counts as {}. */
export async function readOptionalJsonObject(request: IncomingMessage): Promise<Json> {
  const text = String(await readBody(request))
  let body: unknown
  try {
    body = readPythonJson(text)
  } catch {
    return {}
  }
  if (!isRecord(body)) throw new TypeError('the body is not an object')
  return body
}
