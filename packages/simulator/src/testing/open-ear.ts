/** A WebSocket client for tests: what it heard, whether it still answers, how it ended. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { toBuffer } from '../delivery/raw-data.ts'
import { isRecord, type Json } from '../record.ts'
import { parsePythonJson } from './python-json.ts'

export interface Ear {
  /** Text messages only. */
  readonly heard: Json[]
  /** How many binary frames came. */
  frames(): number
  /** The types of the messages that concern one prompt. */
  about(promptId: string): unknown[]
  /** Resolves when the server has answered a ping. */
  ping(): Promise<void>
  readonly closed: Promise<number>
  close(): Promise<void>
}

export async function openEar(url: string, clientId: string): Promise<Ear> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${clientId}`)
  const heard: Json[] = []
  let frames = 0
  socket.on('message', (data, isBinary) => {
    if (isBinary) frames++
    const message = isBinary ? null : parsePythonJson(toBuffer(data).toString())
    if (isRecord(message)) heard.push(message)
  })
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => resolve(code))
  })
  await once(socket, 'open')

  return {
    heard,
    frames: () => frames,
    about: (promptId) =>
      heard
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
