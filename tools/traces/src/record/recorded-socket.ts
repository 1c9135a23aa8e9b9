/** A socket to the host whose every frame goes into the trace. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { toHostAddress } from '@safelight/comfyui'
import { toFrame, type TraceWriter } from '../trace-format.ts'

const FEATURE_FLAGS = '{"type":"feature_flags","data":{"supports_preview_metadata":true}}'

export interface RecordedSocketOptions {
  host: string
  clientId: string
  file: TraceWriter
  signal: AbortSignal
}

export interface RecordedSocket {
  close(): Promise<void>
}

/** Registered with the host (its first message has come) and with previews negotiated. @throws the socket's error when it cannot open */
export async function openRecordedSocket(options: RecordedSocketOptions): Promise<RecordedSocket> {
  const { file, clientId } = options
  const { url, headers } = toHostAddress(options.host).socket(clientId)
  const socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: 10_000 })
  const sock = 'a'
  socket.on('message', (data, isBinary) => file.frame({ sock, ...toFrame(data, isBinary) }))
  socket.on('close', (code) => file.frame({ sock, ev: 'close', code }))
  // a close always follows, and is recorded
  socket.on('error', () => {})
  socket.on('open', () => {
    file.frame({ sock, ev: 'open', clientId })
    file.frame({ sock, ev: 'send', text: FEATURE_FLAGS })
    socket.send(FEATURE_FLAGS)
  })
  try {
    await once(socket, 'message', { signal: options.signal })
  } catch (error) {
    socket.terminate()
    throw error
  }
  return {
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      const closed = once(socket, 'close')
      socket.close(1000)
      const kill = setTimeout(() => socket.terminate(), 1000)
      await closed
      clearTimeout(kill)
    },
  }
}
