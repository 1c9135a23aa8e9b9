/** A host with nothing in between: a prompt is posted, and its ticks are heard on a WebSocket. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Workflow } from '@safelight/shared'
import { WebSocket } from 'ws'
import { now } from '../crowd/messages.ts'

export interface BareHost {
  clientId: string
  heard: { promptId: string; value: number; at: number }[]
  /** Resolves when its prompt has succeeded. */
  ended(): Promise<void>
  close(): void
}

const TICK = /^\{"type": "progress", "data": \{"value": (\d+), .*"prompt_id": "([^"]+)"/

export async function watchHost(url: string): Promise<BareHost> {
  const clientId = randomUUID()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${clientId}`)
  const heard: BareHost['heard'] = []
  let finish = (): void => undefined
  const end = new Promise<void>((resolve) => (finish = resolve))
  socket.on('message', (data: Buffer, isBinary) => {
    const at = now()
    if (isBinary) return
    const text = data.toString()
    const [, value, promptId] = TICK.exec(text) ?? []
    if (promptId !== undefined) heard.push({ promptId, value: Number(value), at })
    if (text.startsWith('{"type": "execution_success"')) finish()
  })
  await once(socket, 'open')
  return { clientId, heard, ended: () => end, close: () => socket.terminate() }
}

export async function postPrompt(
  url: string,
  { prompt, clientId }: { prompt: Workflow; clientId?: string },
): Promise<void> {
  const client = clientId === undefined ? {} : { client_id: clientId }
  const answer = await fetch(`${url}/prompt`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, ...client }),
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}
