/**
 * A ComfyUI that costs almost nothing, so that hundreds fit into one process: what a worker asks of a host, and of a
 * prompt no more than its beginning, its one node and its end. Faults, dialects and pictures are the simulator's.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

export interface CheapHost {
  url: string
  /** How many prompts have begun, and ended, and were there at once. */
  counts(): { begun: number; ended: number; deepest: number; sockets: number }
  close(): void
}

/** The only class there is: text that is shown. */
export const CHEAP_CLASS = 'BenchText'
const KEPT = 200

const OBJECT_INFO = {
  [CHEAP_CLASS]: {
    input: { required: { text: ['STRING', { default: '' }] } },
    input_order: { required: ['text'] },
    output: [],
    output_is_list: [],
    output_name: [],
    name: CHEAP_CLASS,
    display_name: CHEAP_CLASS,
    description: '',
    python_module: 'nodes',
    category: 'bench',
    output_node: true,
  },
}
const SYSTEM_STATS = {
  system: { os: 'linux', comfyui_version: '0.33.0', python_version: '3.12', argv: ['main.py'] },
  devices: [{ name: 'cheap', type: 'cuda', vram_total: 2 ** 34, vram_free: 2 ** 34 }],
}

interface Prompt {
  id: string
  clientId: string
  row: unknown[]
  nodeId: string
}

interface Body {
  prompt: Record<string, unknown>
  prompt_id: string
  client_id?: string
  extra_data?: object
  delete?: string[]
}

/** @param ms what each prompt takes */
export async function startCheapHost(ms: number): Promise<CheapHost> {
  const sockets = new Map<string, WebSocket>()
  const pending: Prompt[] = []
  const history = new Map<string, unknown>()
  let running: Prompt | null = null
  let begun = 0
  let ended = 0
  let deepest = 0

  const tell = ({ clientId, id }: Prompt, type: string, data: object): void =>
    sockets
      .get(clientId)
      ?.send(JSON.stringify({ type, data: { ...data, prompt_id: id, timestamp: Date.now() } }))

  function runNext(): void {
    if (running) return
    const next = pending.shift()
    if (!next) return
    running = next
    begun++
    tell(next, 'execution_start', {})
    tell(next, 'execution_cached', { nodes: [] })
    tell(next, 'executing', { node: next.nodeId, display_node: next.nodeId })
    const timer = setTimeout(() => finish(next), ms)
    timer.unref()
  }

  function finish(prompt: Prompt): void {
    const { id, nodeId, row } = prompt
    const outputs = { [nodeId]: { text: ['done'] } }
    tell(prompt, 'executed', { node: nodeId, display_node: nodeId, output: outputs[nodeId] })
    tell(prompt, 'execution_success', {})
    const status = { status_str: 'success', completed: true, messages: [] }
    history.set(id, { prompt: row, outputs, status, meta: {} })
    const [oldest] = history.keys()
    if (history.size > KEPT && oldest !== undefined) history.delete(oldest)
    running = null
    ended++
    tell(prompt, 'executing', { node: null })
    setImmediate(runNext)
  }

  function submit(body: Body): unknown {
    const { prompt, prompt_id: id, client_id: clientId = '', extra_data: extra = {} } = body
    const [nodeId = ''] = Object.keys(prompt)
    const extraData = { ...extra, client_id: clientId }
    const row = [begun + pending.length, id, prompt, extraData, [nodeId]]
    pending.push({ id, clientId, nodeId, row })
    deepest = Math.max(deepest, pending.length + (running ? 1 : 0))
    setImmediate(runNext)
    return { prompt_id: id, number: begun + pending.length, node_errors: {} }
  }

  function answerTo(method: string, path: string, body: Body): unknown {
    if (method === 'POST' && path === '/prompt') return submit(body)
    if (method === 'POST') {
      const gone = path === '/queue' ? (body.delete ?? []) : []
      for (const id of gone) {
        const at = pending.findIndex((prompt) => prompt.id === id)
        if (at >= 0) pending.splice(at, 1)
      }
      return {}
    }
    if (path === '/system_stats') return SYSTEM_STATS
    if (path.startsWith('/object_info')) return OBJECT_INFO
    if (path === '/features') return {}
    if (path === '/prompt')
      return { exec_info: { queue_remaining: pending.length + (running ? 1 : 0) } }
    if (path === '/queue')
      return {
        queue_running: running ? [running.row] : [],
        queue_pending: pending.map(({ row }) => row),
      }
    if (path.startsWith('/history/')) {
      const id = decodeURIComponent(path.slice('/history/'.length))
      return history.has(id) ? { [id]: history.get(id) } : {}
    }
    return path === '/history' ? Object.fromEntries(history) : undefined
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request)
    const [path = ''] = (request.url ?? '').split('?')
    send(response, answerTo(request.method ?? 'GET', path, body))
  }
  const server = createServer((request, response) => {
    // whoever hangs up in the middle wants no answer
    answer(request, response).catch(() => response.destroy())
  })
  const upgrades = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) =>
    upgrades.handleUpgrade(request, socket, head, (client) => {
      const clientId = new URL(request.url ?? '', 'http://host').searchParams.get('clientId') ?? ''
      sockets.set(clientId, client)
      client.on('error', () => client.terminate())
      client.on('close', () => {
        if (sockets.get(clientId) === client) sockets.delete(clientId)
      })
      const status = { exec_info: { queue_remaining: pending.length } }
      client.send(JSON.stringify({ type: 'status', data: { status, sid: clientId } }))
    }),
  )
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    counts: () => ({ begun, ended, deepest, sockets: sockets.size }),
    close() {
      for (const socket of sockets.values()) socket.terminate()
      server.close()
      server.closeAllConnections()
    },
  }
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString()
  // only our own worker speaks to it
  return JSON.parse(text || '{}') as Body
}

function send(response: ServerResponse, answer: unknown): void {
  const text = JSON.stringify(answer ?? {})
  response.writeHead(answer === undefined ? 404 : 200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}
