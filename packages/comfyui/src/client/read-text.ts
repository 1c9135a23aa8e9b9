/** Reads a response as text, up to a limit. */
import { HostError } from '../errors.ts'

/** @throws HostError `bad_answer` beyond `maxBytes`: a whole history once ran into Node's string limit */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  const parts: string[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.byteLength
    if (bytes > maxBytes) {
      await reader.cancel()
      throw new HostError('bad_answer', `The host answered more than ${maxBytes} bytes`)
    }
    parts.push(decoder.decode(value, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}
