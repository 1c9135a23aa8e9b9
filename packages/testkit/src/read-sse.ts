/** Reads an event stream the way a browser would: frames with id, event and data. */
import { z } from 'zod'

export interface SseFrame {
  id: string | null
  /** The number in the id. */
  seq: number | null
  event: string
  data: Record<string, unknown>
}

const dataSchema = z.record(z.string(), z.unknown())

/** Yields every frame until the server ends the stream. Comments and `retry` are skipped. */
export async function* readSse(response: Response): AsyncGenerator<SseFrame> {
  if (!response.body) return
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const frame = toFrame(text.slice(0, end))
      text = text.slice(end + 2)
      if (frame) yield frame
    }
  }
}

export async function collectSse(response: Response): Promise<SseFrame[]> {
  const frames: SseFrame[] = []
  for await (const frame of readSse(response)) frames.push(frame)
  return frames
}

function toFrame(block: string): SseFrame | null {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()]
    }),
  )
  const [event, data] = [fields.get('event'), fields.get('data')]
  if (!event || data === undefined) return null
  const id = fields.get('id') ?? null
  const seq = id === null ? null : Number(id.split('-')[0])
  return { id, seq, event, data: dataSchema.parse(JSON.parse(data)) }
}

/** Reads until the stream ends; frames so far are in the list at any time. */
export function collect(response: Response) {
  const frames: SseFrame[] = []
  const done = (async () => {
    for await (const frame of readSse(response)) frames.push(frame)
  })()
  return { frames, done }
}

export const seqs = (frames: SseFrame[]) => frames.flatMap(({ seq }) => seq ?? [])
