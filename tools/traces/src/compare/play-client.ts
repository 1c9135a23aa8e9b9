/** Plays the client's part of a recording against a server, waiting for what the recorded client had received, never for time. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { isRecord, type Json, readText } from '@safelight/simulator/testing'
import { type HttpLine, toFrame, type TraceLine } from '../trace-format.ts'
import { pairFileNames } from './file-names.ts'
import { createRequests } from './requests.ts'
import { createMessageCounter, type Message, type MessageCounter, parseFrame } from './summarize.ts'

/** How long a server that owes us a message may be silent. Any message starts the count again: slow is not silent. */
const SILENCE_MS = 10_000

export interface PlayedSession {
  readonly calls: readonly HttpLine[]
  /** By the socket's name in the recording. */
  readonly sockets: ReadonlyMap<string, SocketPair>
  /** Recorded prompt id → the id it got this time. */
  readonly promptIds: ReadonlyMap<string, string>
}

/** What one socket received then and now. */
export interface SocketPair {
  readonly recorded: readonly Message[]
  readonly received: readonly Message[]
}

interface PlayedSocket {
  readonly recorded: Message[]
  readonly received: Message[]
  readonly recordedCount: MessageCounter
  readonly receivedCount: MessageCounter
  socket: WebSocket | null
  /** Called after each message. */
  notify: (() => void) | null
}

export async function playClient(url: string, lines: readonly TraceLine[]): Promise<PlayedSession> {
  const calls: HttpLine[] = []
  const sockets = new Map<string, PlayedSocket>()
  const promptIds = new Map<string, string>()
  const fileNames = new Map<string, string>()
  const requests = createRequests(url, (text) => {
    let translated = text
    for (const [from, to] of [...promptIds, ...fileNames])
      translated = translated.replaceAll(from, to)
    return translated
  })

  const entryOf = (sock: string): PlayedSocket => {
    const known = sockets.get(sock)
    if (known) return known
    const entry: PlayedSocket = {
      recorded: [],
      received: [],
      recordedCount: createMessageCounter(),
      receivedCount: createMessageCounter(),
      socket: null,
      notify: null,
    }
    sockets.set(sock, entry)
    return entry
  }

  const openSocket = async (sock: string, clientId: string): Promise<void> => {
    const entry = entryOf(sock)
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${clientId}`)
    entry.socket = socket
    socket.on('message', (data, isBinary) => {
      const message = parseFrame(toFrame(data, isBinary))
      entry.received.push(message)
      entry.receivedCount.add(message)
      entry.notify?.()
    })
    await once(socket, 'open')
    await untilReceived(entry, {
      isEnough: () => entry.received.length > 0,
      explain: () => `${sock} never got its first status`,
    })
  }

  const closeSocket = async (entry: PlayedSocket): Promise<void> => {
    const { socket } = entry
    if (!socket) return
    entry.socket = null
    const closed = once(socket, 'close')
    socket.close()
    await closed
  }

  const call = async (line: HttpLine): Promise<void> => {
    if (expectsHistory(line)) await requests.untilHistory(line.path)
    for (const { recorded, received } of sockets.values()) {
      for (const [from, to] of pairFileNames(recorded, received)) fileNames.set(from, to)
    }
    const played = await requests.send(line)
    const from = promptIdOf(line)
    const to = promptIdOf(played)
    if (from !== undefined && to !== undefined) promptIds.set(from, to)
    calls.push(played)
  }

  const perform = async (line: TraceLine, index: number): Promise<void> => {
    if (line.ch === 'http') return call(line)
    const entry = entryOf(line.sock)
    if (line.ev === 'open') {
      await requests.untilRemaining(findRemaining(lines.slice(index), line.sock))
      await openSocket(line.sock, line.clientId ?? '')
    } else if (line.ev === 'send') {
      // some recordings begin after the socket opened
      if (!entry.socket) await openSocket(line.sock, findClientId(lines, line.sock))
      entry.socket?.send(line.text)
    } else if (line.ev === 'close') {
      await closeSocket(entry)
    }
  }

  try {
    for (const [index, line] of lines.entries()) {
      if (line.ch === 'ws' && (line.ev === 'text' || line.ev === 'binary')) {
        const { recorded, recordedCount } = entryOf(line.sock)
        const message = parseFrame(line)
        recorded.push(message)
        recordedCount.add(message)
      } else {
        await untilAllCaughtUp(sockets)
        await perform(line, index)
      }
    }
    await untilAllCaughtUp(sockets)
  } finally {
    for (const entry of sockets.values()) await closeSocket(entry)
  }
  return { calls, sockets, promptIds }
}

/** Until every open socket has received as much as the recorded one had by then. */
async function untilAllCaughtUp(sockets: ReadonlyMap<string, PlayedSocket>): Promise<void> {
  for (const [sock, entry] of sockets) {
    if (!entry.socket) continue
    const { recordedCount, receivedCount } = entry
    await untilReceived(entry, {
      isEnough: () => receivedCount.count >= recordedCount.count,
      explain: () =>
        `${sock} has ${receivedCount.count} of ${recordedCount.count}; its last was "${receivedCount.last}", the recording's is "${recordedCount.last}"`,
    })
  }
}

async function untilReceived(
  entry: PlayedSocket,
  { isEnough, explain }: { isEnough: () => boolean; explain: () => string },
): Promise<void> {
  if (isEnough()) return
  await new Promise<void>((resolve, reject) => {
    const silence = setTimeout(() => {
      entry.notify = null
      reject(new Error(`nothing came for ${SILENCE_MS / 1000} s: ${explain()}`))
    }, SILENCE_MS)
    entry.notify = () => {
      silence.refresh()
      if (!isEnough()) return
      clearTimeout(silence)
      entry.notify = null
      resolve()
    }
  })
}

function expectsHistory({ method, path, response }: HttpLine): boolean {
  return (
    method === 'GET' &&
    /^\/history\/./.test(path) &&
    isRecord(response) &&
    Object.keys(response).length > 0
  )
}

function promptIdOf({ response }: HttpLine): string | undefined {
  return isRecord(response) ? readText(response['prompt_id']) : undefined
}

/** How full the queue was when a socket opened. */
function findRemaining(lines: readonly TraceLine[], sock: string): number | null {
  for (const data of statusesOf(lines, sock)) {
    const info = isRecord(data['status']) ? data['status']['exec_info'] : undefined
    if (isRecord(info)) return Number(info['queue_remaining'])
  }
  return null
}

function findClientId(lines: readonly TraceLine[], sock: string): string {
  for (const data of statusesOf(lines, sock)) {
    const sid = readText(data['sid'])
    if (sid !== undefined) return sid
  }
  throw new Error(`the recording does not say who ${sock} is`)
}

function* statusesOf(lines: readonly TraceLine[], sock: string): Generator<Json> {
  for (const line of lines) {
    if (line.ch !== 'ws' || line.sock !== sock || line.ev !== 'text') continue
    const message = parseFrame(line)
    if ('type' in message && message.type === 'status') yield message.data
  }
}
