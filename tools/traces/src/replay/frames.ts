/** Socket frames of a trace → host messages, each with the prompt it belongs to. */
import { decodeBinary, decodeText, type HostMessage } from '@safelight/comfyui'
import type { SocketLine, TraceLine } from '../trace-format.ts'

export interface Frame {
  t: number
  promptId: string | null
  message: HostMessage
}

/**
 * Decodes every received frame. A message that names no prompt (the reconnect's `executing`, ticks of
 * old servers) belongs to the prompt that runs: a server runs one at a time.
 */
export function toFrames(lines: readonly TraceLine[]): Frame[] {
  const frames: Frame[] = []
  let running: string | null = null
  for (const line of lines) {
    const message = line.ch === 'ws' ? decodeLine(line) : null
    if (!message) continue
    const named = 'promptId' in message ? message.promptId : null
    running = named ?? running
    frames.push({
      t: line.t,
      promptId: named ?? (isAddressable(message) ? running : null),
      message,
    })
    if (message.type === 'executing' && message.node === null) running = null
  }
  return frames
}

function decodeLine(line: SocketLine): HostMessage | null {
  if (line.ev === 'text') return decodeText(line.text)
  if (line.ev === 'binary') return decodeBinary(Buffer.from(line.base64, 'base64'))
  return null
}

function isAddressable(message: HostMessage): boolean {
  return (
    message.type === 'executing' ||
    message.type === 'progress' ||
    message.type === 'execution_progress'
  )
}
