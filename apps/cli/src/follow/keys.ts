/** Single keys, without Enter and without an echo on the screen. */
import type { Keyboard } from '../io.ts'

/** @returns what ends it and gives the terminal back */
export function readKeys(stdin: Keyboard, onKey: (key: string) => void): () => void {
  const onData = (data: Uint8Array | string) => {
    for (const key of Buffer.from(data).toString('utf8').toLowerCase()) onKey(key)
  }
  stdin.setRawMode?.(true)
  stdin.on('data', onData)
  stdin.resume()
  return () => {
    stdin.off('data', onData)
    stdin.setRawMode?.(false)
    stdin.pause()
  }
}
