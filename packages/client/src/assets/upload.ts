/** Uploads: one request, sent while it is read, that tells how far it is. */
import type { AssetView } from '@safelight/shared'
import { toRandomHex } from '../http/random-hex.ts'
import type { ApiCall, Http } from '../http/request.ts'
import { retrying } from '../http/retry.ts'
import type { UploadContent, UploadOptions } from './types.ts'
import { type Sendable, toSendable } from './content.ts'
import { type FormFields, toMultipart } from './multipart.ts'
import { sendWithProgress } from './send-with-progress.ts'

export const ASSETS = '/api/v2/assets'
const ANY_TYPE = 'application/octet-stream'

export async function upload(
  http: Http,
  content: UploadContent,
  options: UploadOptions = {},
): Promise<AssetView> {
  const sendable = await toSendable(content)
  const form = toForm(sendable, options)
  const { signal } = options
  if (sendable.kind === 'stream') {
    return http.json<AssetView>(ASSETS, toStreamCall(form, sendable.stream, options))
  }
  const { blob } = sendable
  // the same bytes again make no second copy, so that a lost answer costs nothing
  return retrying(() => http.json<AssetView>(ASSETS, toBlobCall(form, blob, options)), signal)
}

function toForm(sendable: Sendable, options: UploadOptions): FormFields {
  const { filePath, tags = [], expiresIn, expectedHash } = options
  const given = sendable.kind === 'blob' ? sendable : { blob: { type: '' }, name: null }
  const path = filePath ?? given.name ?? 'file'
  const contentType = options.contentType ?? (given.blob.type || ANY_TYPE)
  return {
    fields: [
      ['content_type', contentType],
      ['file_path', path],
      ...(expectedHash === undefined ? [] : [['expected_hash', expectedHash] as const]),
      ...tags.map((tag) => ['tags', tag] as const),
      ...(expiresIn === undefined ? [] : [['expires_in', String(expiresIn)] as const]),
    ],
    fileName: path.split('/').at(-1) || 'file',
    contentType,
  }
}

function toBlobCall(form: FormFields, blob: Blob, options: UploadOptions): ApiCall {
  const { onProgress, signal } = options
  const total = blob.size
  if (onProgress && typeof XMLHttpRequest === 'undefined') {
    const progress = ({ sent }: { sent: number }) => onProgress({ sent, total })
    return toStreamCall(form, readBlob(blob), { ...options, onProgress: progress })
  }
  const data = new FormData()
  for (const [name, value] of form.fields) data.append(name, value)
  // the part says of itself what the blob says
  const typed = blob.type === form.contentType ? blob : blob.slice(0, total, form.contentType)
  data.append('file', typed, form.fileName)
  const call: ApiCall = { method: 'POST', content: data, signal }
  if (!onProgress) return call
  return {
    ...call,
    // what is around the content is some hundred bytes
    send: (url, { headers }) =>
      sendWithProgress(url, {
        // a plain object of our own
        headers: headers as Record<string, string>,
        body: data,
        signal,
        onSent: (bytes) => onProgress({ sent: Math.min(bytes, total), total }),
      }),
  }
}

function toStreamCall(
  form: FormFields,
  content: AsyncIterable<Uint8Array>,
  { onProgress, signal }: UploadOptions,
): ApiCall {
  let sent = 0
  const { contentType, body } = toMultipart(form, content, {
    boundary: `safelight-${toRandomHex(16)}`,
    onChunk(bytes) {
      sent += bytes
      onProgress?.({ sent, total: null })
    },
  })
  return { method: 'POST', content: body, headers: { 'content-type': contentType }, signal }
}

/** Browsers of some years ago could not iterate over a stream. */
async function* readBlob(blob: Blob): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = blob.stream().getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}
