/** Who receives what: one registered socket per client id, broadcasts, and drops for the absent. */
import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import type { Faults } from '../faults/faults.ts'
import { toPythonJson } from '../python-json.ts'
import { isRecord, type Json } from '../record.ts'

export interface DeliveryOptions {
  /** Sent to a client that announces its own flags first; null: this server knows no flags. */
  readonly features: Readonly<Json> | null
  /** The text of `status`, and the node a returning client is told about. */
  queueRemaining(): number
  runningNode(clientId: string): string | null
  faults(): Pick<Faults, 'deaf' | 'deafReconnect' | 'blockedDelivery'>
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
  hasListener(to: string | null): boolean
  supports(clientId: string | null, flag: string): boolean
  readonly sockets: () => SocketInfo[]
  /** Sends what a blocked delivery held back, unless it still is. */
  flush(): void
  close(): void
}

/** Clients that may come back; most have an id for one prompt. */
const MOST_SEEN = 10_000

export function createDelivery(options: DeliveryOptions): Delivery {
  const open = new Map<WebSocket, string>()
  const registered = new Map<string, WebSocket>()
  const clientFlags = new Map<string, Json>()
  const seen = new Set<string>()
  /** What one publishing loop has not sent yet: it waits for each client in turn. */
  const held: { payload: string | Buffer; to: string | null }[] = []

  const write = (socket: WebSocket, payload: string | Buffer): void => {
    if (socket.readyState === WebSocket.OPEN && !options.faults().deaf) socket.send(payload)
  }

  const recipients = (to: string | null): WebSocket[] => {
    if (to === null) return [...registered.values()]
    const socket = registered.get(to)
    return socket ? [socket] : []
  }

  const deliver = (payload: string | Buffer, to: string | null): void => {
    for (const socket of recipients(to)) write(socket, payload)
  }

  const publish = (payload: string | Buffer, to: string | null): void => {
    if (options.faults().blockedDelivery) held.push({ payload, to })
    else deliver(payload, to)
  }

  const send = (type: string, data: Json, to: string | null): void => {
    if (recipients(to).length > 0) publish(toPythonJson({ type, data }), to)
  }

  // Greetings do not go through the publishing loop.
  const greet = (type: string, data: Json, sid: string): void =>
    deliver(toPythonJson({ type, data }), sid)

  // Only the first message that is JSON counts, and only if it announces flags.
  const listenForFlags = (socket: WebSocket, sid: string): void => {
    const onMessage = (raw: WebSocket.RawData, isBinary: boolean): void => {
      if (isBinary) return
      const message = parseJson(toBuffer(raw).toString())
      if (message === undefined) return
      socket.off('message', onMessage)
      if (!isRecord(message) || message['type'] !== 'feature_flags' || !options.features) return
      clientFlags.set(sid, isRecord(message['data']) ? message['data'] : {})
      greet('feature_flags', options.features, sid)
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
      greet('status', { status, sid }, sid)
      const node = options.runningNode(sid)
      if (node !== null) greet('executing', { node }, sid)
      listenForFlags(socket, sid)
      if (options.faults().deafReconnect && seen.has(sid)) registered.delete(sid)
      seen.add(sid)
      const [oldest] = seen
      if (seen.size > MOST_SEEN && oldest !== undefined) seen.delete(oldest)
    },
    send,
    sendBinary(frame, to) {
      if (recipients(to).length > 0) publish(frame, to)
    },
    hasListener: (to) => recipients(to).length > 0 && !options.faults().deaf,
    supports: (clientId, flag) => clientId !== null && clientFlags.get(clientId)?.[flag] === true,
    sockets: () =>
      [...open].map(([socket, clientId]) => ({
        clientId,
        registered: registered.get(clientId) === socket,
      })),
    flush() {
      if (options.faults().blockedDelivery) return
      for (const { payload, to } of held.splice(0)) deliver(payload, to)
    },
    close() {
      for (const socket of open.keys()) socket.terminate()
    },
  }
}

/** What the WebSocket library hands over, as one buffer. */
export function toBuffer(data: WebSocket.RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
