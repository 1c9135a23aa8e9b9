/** A request of a browser that tells how much of it has gone out: `fetch` does not. */

export interface ProgressRequest {
  headers: Readonly<Record<string, string>>
  body: FormData
  signal?: AbortSignal | undefined
  onSent: (bytes: number) => void
}

/** @throws TypeError when no answer came, as `fetch` does; the reason of the signal when it was aborted */
export function sendWithProgress(url: URL, request: ProgressRequest): Promise<Response> {
  const { headers, body, signal, onSent } = request
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const xhr = new XMLHttpRequest()
    const abort = () => xhr.abort()
    xhr.open('POST', url)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.upload.addEventListener('progress', ({ loaded }) => onSent(loaded))
    xhr.addEventListener('load', () => resolve(toResponse(xhr)))
    xhr.addEventListener('error', () => reject(new TypeError('no answer came')))
    xhr.addEventListener('abort', () => reject(signal?.reason ?? new TypeError('aborted')))
    xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', abort))
    signal?.addEventListener('abort', abort, { once: true })
    xhr.send(body)
  })
}

function toResponse(xhr: XMLHttpRequest): Response {
  const retryAfter = xhr.getResponseHeader('retry-after')
  return new Response(xhr.status === 204 ? null : xhr.responseText, {
    status: xhr.status,
    headers: retryAfter === null ? {} : { 'retry-after': retryAfter },
  })
}
