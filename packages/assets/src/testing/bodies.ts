/** Bodies to write: short, long, broken, without end. */
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

export const MB = 1024 ** 2

export async function* text(words: string) {
  yield Buffer.from(words)
}

export async function* random(size: number, hash?: { update(chunk: Buffer): unknown }) {
  for (let left = size; left > 0; left -= MB) {
    const chunk = randomBytes(Math.min(left, MB))
    hash?.update(chunk)
    yield chunk
  }
}

export async function* failing(body: AsyncIterable<Buffer>, trouble: Error) {
  yield* body
  throw trouble
}

/** Goes on for ever after the body; `onEndless` hears when that begins. */
export function endless(body: AsyncIterable<Buffer>, onEndless: () => void) {
  let over = false
  async function* chunks() {
    try {
      yield* body
      onEndless()
      for (;;) {
        await setImmediate()
        yield Buffer.from('and on')
      }
    } finally {
      over = true
    }
  }
  return { chunks: chunks(), isOver: () => over }
}
