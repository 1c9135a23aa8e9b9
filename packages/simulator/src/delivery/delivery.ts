/** Who receives what: one registered socket per client id, broadcasts, and drops for the absent. */
import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import { toPythonJson } from '../python-json.ts'
import { isRecord, type Json } from '../record.ts'
import { toBuffer } from './raw-data.ts'

export interface DeliveryOptions {
  /** Sent to a client that announces its own flags first; null: this server knows no flags. */
  readonly features: Readonly<Json> | null
  /** The text of `status`, and the node a returning client is told about. */
  queueRemaining(): number
  runningNode(clientId: string): string | null
}

export interface SocketInfo {
  readonly clientId: string
  /** False: still open, but the server has forgotten it and sends it nothing. */
  readonly registered: boolean
}

export interface Delivery {
  attach(socket: WebSocket, clientId: string | null): void
  /** `to` null: everyone registered. An absent client's messages are dropped, never kept. */
  send(type: string, data: Json, to: string | null): void
  sendBinary(frame: Buffer, to: string | null): void
  hears(to: string | null): boolean
  supports(clientId: string | null, flag: string): boolean
  readonly sockets: () => SocketInfo[]
  close(): void
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const open = new Map<WebSocket, string>()
  const registered = new Map<string, WebSocket>()
  const clientFlags = new Map<string, Json>()

  const write = (socket: WebSocket, payload: string | Buffer): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(payload)
  }

  const recipients = (to: string | null): WebSocket[] => {
    if (to === null) return [...registered.values()]
    const socket = registered.get(to)
    return socket ? [socket] : []
  }

  const deliver = (payload: string | Buffer, to: string | null): void => {
    for (const socket of recipients(to)) write(socket, payload)
  }

  const send = (type: string, data: Json, to: string | null): void => {
    if (recipients(to).length > 0) deliver(toPythonJson({ type, data }), to)
  }

  // Only the first message that is JSON counts, and only if it announces flags.
  const listenForFlags = (socket: WebSocket, sid: string): void => {
    const onMessage = (raw: WebSocket.RawData, isBinary: boolean): void => {
      if (isBinary) return
      const message = parseJson(toBuffer(raw).toString())
      if (message === undefined) return
      socket.off('message', onMessage)
      if (!isRecord(message) || message['type'] !== 'feature_flags' || !options.features) return
      clientFlags.set(sid, isRecord(message['data']) ? message['data'] : {})
      send('feature_flags', options.features, sid)
    }
    socket.on('message', onMessage)
  }

  return {
    attach(socket, clientId) {
      const sid = clientId === null || clientId === '' ? randomBytes(16).toString('hex') : clientId
      open.set(socket, sid)
      registered.set(sid, socket)
      clientFlags.set(sid, {})
      socket.on('error', () => socket.terminate())
      // ComfyUI's bug, kept: the cleanup goes by client id, so an old socket's end unregisters its replacement.
      socket.on('close', () => {
        open.delete(socket)
        registered.delete(sid)
        clientFlags.delete(sid)
      })
      const status = { exec_info: { queue_remaining: options.queueRemaining() } }
      send('status', { status, sid }, sid)
      const node = options.runningNode(sid)
      if (node !== null) send('executing', { node }, sid)
      listenForFlags(socket, sid)
    },
    send,
    sendBinary: deliver,
    hears: (to) => recipients(to).length > 0,
    supports: (clientId, flag) => clientId !== null && clientFlags.get(clientId)?.[flag] === true,
    sockets: () =>
      [...open].map(([socket, clientId]) => ({
        clientId,
        registered: registered.get(clientId) === socket,
      })),
    close() {
      for (const socket of open.keys()) socket.terminate()
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
