/** Reads an event stream as it comes in: frames with id, event and data. */

export interface SseFrame {
  /** To come back with; null: not an event of its own, but part of something larger or a hint. */
  id: string | null
  event: string
  data: unknown
}

/** Yields every frame until the stream ends, and throws when it breaks. Comments and `retry` are skipped. */
export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<SseFrame> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const frame = toFrame(text.slice(0, end))
      text = text.slice(end + 2)
      if (frame) yield frame
    }
  }
}

function toFrame(block: string): SseFrame | null {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()]
    }),
  )
  const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')]
  if (!event || data === undefined) return null
  return { id: id ?? null, event, data: JSON.parse(data) }
}
