/** A WebSocket client for tests: what came, whether it still answers, how it ended. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { toBuffer } from '../delivery/delivery.ts'
import { isRecord, type Json } from '../record.ts'
import { parsePythonJson } from './python-json.ts'

export interface TestSocket {
  /** Text messages only. */
  readonly messages: Json[]
  /** How many binary frames came. */
  frames(): number
  /** What the text frames among them say, and in the name of which node. */
  readonly texts: [nodeId: string, text: string][]
  /** The types of the messages that concern one prompt. */
  typesAbout(promptId: string): unknown[]
  /** What the previews among them say of themselves, where the server knows that we can read it. */
  readonly previews: Json[]
  /** Sends a message. */
  say(message: Json): void
  /** Resolves when the server has answered a ping. */
  ping(): Promise<void>
  readonly closed: Promise<number>
  close(): Promise<void>
}

export async function openTestSocket(url: string, clientId: string): Promise<TestSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${clientId}`)
  const messages: Json[] = []
  const texts: [string, string][] = []
  const previews: Json[] = []
  let frames = 0
  socket.on('message', (data, isBinary) => {
    if (isBinary) frames++
    if (isBinary) texts.push(...textsIn(toBuffer(data)))
    if (isBinary) previews.push(...previewsIn(toBuffer(data)))
    const message = isBinary ? null : parsePythonJson(toBuffer(data).toString())
    if (isRecord(message)) messages.push(message)
  })
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => resolve(code))
  })
  await once(socket, 'open')

  return {
    messages,
    frames: () => frames,
    texts,
    previews,
    say: (message) => socket.send(JSON.stringify(message)),
    typesAbout: (promptId) =>
      messages
        .filter(({ data }) => isRecord(data) && data['prompt_id'] === promptId)
        .map(({ type }) => type),
    async ping() {
      const answered = once(socket, 'pong')
      socket.ping()
      await answered
    },
    closed,
    async close() {
      socket.terminate()
      await closed
    },
  }
}

const TEXT = 3
const PREVIEW_WITH_METADATA = 4

function textsIn(frame: Buffer): [nodeId: string, text: string][] {
  if (frame.readUInt32BE(0) !== TEXT) return []
  const end = 8 + frame.readUInt32BE(4)
  return [[frame.toString('utf8', 8, end), frame.toString('utf8', end)]]
}

function previewsIn(frame: Buffer): Json[] {
  if (frame.readUInt32BE(0) !== PREVIEW_WITH_METADATA) return []
  const metadata = parsePythonJson(frame.toString('utf8', 8, 8 + frame.readUInt32BE(4)))
  return isRecord(metadata) ? [metadata] : []
}
