/** One way to get jobs done on a host: ours, or what people do without us. */
import { randomUUID } from 'node:crypto'
import type { Workflow } from '@safelight/shared'
import { WebSocket } from 'ws'
import type { Http } from '../http.ts'

export interface Done {
  promptId: string
  /** When whoever asked for it knew that it had ended; ms since the epoch. */
  knownAt: number
}

export interface WayOptions {
  /** Of the host. */
  url: string
  http: Http
  jobs: readonly Workflow[]
}

/** Resolves when all are done. */
export type Way = (options: WayOptions) => Promise<Done[]>

/** As precise as the hosts' own times. */
export const now = (): number => performance.timeOrigin + performance.now()

/** @returns the promptId */
export async function post(
  { url, http }: Pick<WayOptions, 'url' | 'http'>,
  prompt: Workflow,
  clientId?: string,
): Promise<string> {
  const id = randomUUID()
  const client = clientId === undefined ? {} : { client_id: clientId }
  const answer = await http.json(`${url}/prompt`, { prompt, prompt_id: id, ...client })
  return promptIdIn(answer) ?? id
}

function promptIdIn(answer: unknown): string | null {
  const isObject = typeof answer === 'object' && answer !== null
  return isObject && 'prompt_id' in answer ? String(answer.prompt_id) : null
}

/** What a host says at the end of a prompt, and nothing else: the rest is not even parsed. */
export async function listen(
  url: string,
  onSuccess: (promptId: string) => void,
): Promise<{ clientId: string; close(): void }> {
  const clientId = randomUUID()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${clientId}`)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  // previews come to whoever can read them, as they do to us
  socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }))
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return
    const text = data.toString()
    if (!/^\{"type": ?"execution_success"/.test(text)) return
    const promptId = /"prompt_id": ?"([^"]+)"/.exec(text)?.[1]
    if (promptId !== undefined) onSuccess(promptId)
  })
  return { clientId, close: () => socket.terminate() }
}
