/** One line that somebody types. */
import type { Keyboard } from './io.ts'

/** @returns what was typed before Enter, or before the input ended */
export async function readLine(stdin: Keyboard): Promise<string> {
  let text = ''
  for await (const chunk of stdin) {
    text += Buffer.from(chunk).toString('utf8')
    if (text.includes('\n')) break
  }
  return text.split(/\r?\n/)[0]?.trim() ?? ''
}
