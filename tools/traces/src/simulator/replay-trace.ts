/** Plays the client's part of a recording against a server, waiting for what it had seen, never for time. */
import { WebSocket } from 'ws'
import {
  encodePng,
  isRecord,
  type Json,
  parsePythonJson,
  readText,
  solidPicture,
  toBuffer,
  until,
  untilHistory,
  untilRemaining,
} from '@safelight/simulator/testing'
import { pairFileNames } from './file-names.ts'
import { type Message, toStory } from './tokens.ts'
import { type HttpEntry, type TraceEntry } from './trace-file.ts'
import { createWordCounter, type WordCounter, words } from './words.ts'

export interface Replay {
  readonly http: readonly HttpEntry[]
  readonly sockets: ReadonlyMap<string, readonly Message[]>
  /** Recorded prompt id → the id it got this time. */
  readonly promptIds: ReadonlyMap<string, string>
}

export async function replayTrace(url: string, entries: readonly TraceEntry[]): Promise<Replay> {
  const http: HttpEntry[] = []
  const received = new Map<string, Message[]>()
  const counters = new Map<string, WordCounter>()
  const open = new Map<string, WebSocket>()
  const promptIds = new Map<string, string>()
  const names = new Map<string, string>()

  /** Recorded ids and file names in a request become this run's. */
  const translate = (text: string): string => {
    let translated = text
    for (const [from, to] of [...promptIds, ...names]) translated = translated.replaceAll(from, to)
    return translated
  }

  const openSocket = async (sock: string, clientId: string): Promise<void> => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${clientId}`)
    const messages: Message[] = []
    const counter = createWordCounter()
    received.set(sock, messages)
    counters.set(sock, counter)
    open.set(sock, socket)
    socket.on('message', (data, isBinary) => {
      const message = isBinary ? { bytes: toBuffer(data) } : { text: toBuffer(data).toString() }
      messages.push(message)
      counter.count(message)
    })
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    await until(
      () => messages.length > 0,
      () => `${sock} never got its first status`,
    )
  }

  const closeSocket = async (sock: string): Promise<void> => {
    const socket = open.get(sock)
    if (!socket) return
    open.delete(sock)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.close()
    await closed
  }

  const request = async (entry: HttpEntry): Promise<HttpEntry> => {
    const response = await fetch(url + translate(entry.path), {
      method: entry.method,
      ...(await bodyOf(entry.body, translate)),
    })
    const contentType = response.headers.get('content-type') ?? ''
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = contentType.startsWith('application/json')
    const isMedia = /^(image|video)\//.test(contentType)
    const body = isJson ? parsePythonJson(String(bytes)) : isMedia ? { base64: '' } : String(bytes)
    return {
      ...entry,
      path: translate(entry.path),
      status: response.status,
      contentType,
      response: body,
    }
  }

  const learn = (recorded: HttpEntry, replayed: HttpEntry): void => {
    const from = isRecord(recorded.response) ? readText(recorded.response['prompt_id']) : undefined
    const to = isRecord(replayed.response) ? readText(replayed.response['prompt_id']) : undefined
    if (from !== undefined && to !== undefined) promptIds.set(from, to)
  }

  const learnNames = (index: number): void => {
    for (const [sock, messages] of received) {
      const recorded = recordedMessages(entries.slice(0, index), sock)
      for (const [from, to] of pairFileNames(recorded, messages)) names.set(from, to)
    }
  }

  /** Until every open socket has heard as much as the recorded one had by then. */
  const untilHeard = async (index: number): Promise<void> => {
    for (const [sock, counter] of counters) {
      if (!open.has(sock)) continue
      const wanted = words(recordedMessages(entries.slice(0, index), sock))
      await until(
        () => counter.words() >= wanted.length,
        () =>
          `${sock} waits for "${wanted[counter.words()]}" after:\n${wanted.slice(0, counter.words()).join('\n')}`,
      )
    }
  }

  const perform = async (entry: TraceEntry, index: number): Promise<void> => {
    if (entry.ch === 'http') {
      if (expectsHistory(entry)) await untilHistory(url + translate(entry.path))
      learnNames(index)
      const replayed = await request(entry)
      learn(entry, replayed)
      http.push(replayed)
    } else if (entry.ev === 'open') {
      await untilRemaining(url, firstRemaining(entries.slice(index), entry.sock))
      await openSocket(entry.sock, entry.clientId)
    } else if (entry.ev === 'send') {
      if (!open.has(entry.sock)) await openSocket(entry.sock, firstSid(entries, entry.sock))
      open.get(entry.sock)?.send(entry.text)
    } else if (entry.ev === 'close') {
      await closeSocket(entry.sock)
    }
  }

  try {
    for (const [index, entry] of entries.entries()) {
      if (isAction(entry)) {
        await untilHeard(index)
        await perform(entry, index)
      }
    }
    await untilHeard(entries.length)
  } finally {
    for (const sock of open.keys()) await closeSocket(sock)
  }
  return { http, sockets: received, promptIds }
}

function isAction(entry: TraceEntry): boolean {
  return entry.ch === 'http' || entry.ev === 'open' || entry.ev === 'send' || entry.ev === 'close'
}

export function recordedMessages(entries: readonly TraceEntry[], sock: string): Message[] {
  return entries.flatMap((entry): Message[] => {
    if (entry.ch !== 'ws' || entry.sock !== sock) return []
    if (entry.ev === 'text') return [{ text: entry.text }]
    return entry.ev === 'binary' ? [{ bytes: entry.bytes }] : []
  })
}

function expectsHistory({ method, path, response }: HttpEntry): boolean {
  return (
    method === 'GET' &&
    /^\/history\/./.test(path) &&
    isRecord(response) &&
    Object.keys(response).length > 0
  )
}

function firstRemaining(entries: readonly TraceEntry[], sock: string): number | null {
  return toStory(recordedMessages(entries, sock), () => '').statuses[0] ?? null
}

function firstSid(entries: readonly TraceEntry[], sock: string): string {
  for (const message of recordedMessages(entries, sock)) {
    const parsed = 'text' in message ? parsePythonJson(message.text) : null
    const data = isRecord(parsed) ? parsed['data'] : null
    const sid = isRecord(data) ? readText(data['sid']) : undefined
    if (sid !== undefined) return sid
  }
  throw new Error(`${sock} never learned its id`)
}

async function bodyOf(
  body: unknown,
  translate: (text: string) => string,
): Promise<{ body?: string | FormData }> {
  if (body === null || body === undefined) return {}
  if (isRecord(body) && isRecord(body['multipart']))
    return { body: await toForm(body['multipart']) }
  return { body: translate(JSON.stringify(body)) }
}

/** `cat.png rgb(255, 0, 0)`: the recorder noted the upload's name and colour, not its bytes. */
async function toForm(multipart: Json): Promise<FormData> {
  const form = new FormData()
  for (const [name, value] of Object.entries(multipart)) {
    const image = /^(\S+) rgb\((\d+), (\d+), (\d+)\)$/.exec(String(value))
    if (!image) form.set(name, String(value))
    else {
      const color = [Number(image[2]), Number(image[3]), Number(image[4])] as const
      const pause = () => null
      const png = await encodePng(await solidPicture(32, 32, color).draw(pause), pause)
      form.set(name, new Blob([new Uint8Array(png)]), image[1])
    }
  }
  return form
}
