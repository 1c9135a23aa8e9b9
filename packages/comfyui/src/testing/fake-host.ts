/** A ComfyUI under a test's full control: real HTTP and WebSocket, and not one step taken by itself. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { z } from 'zod'

export interface FakePrompt {
  number: number
  promptId: string
  clientId: string
  workflow: Record<string, unknown>
}
export interface FakeRequest {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: unknown
}
/** Answers in the host's place, before (`return true`) or after it did its part. */
export type Intercept = (request: FakeRequest, response: ServerResponse) => boolean

export interface FakeHost {
  url: string
  requests: FakeRequest[]
  /** The headers of every handshake of a socket. */
  upgrades: IncomingMessage['headers'][]
  running: FakePrompt[]
  pending: FakePrompt[]
  history: Map<string, unknown>
  /** Open sockets by clientId, newest last. */
  sockets: { clientId: string; socket: WebSocket; received: string[] }[]
  /** The most sockets that were open at once. */
  peakSockets: number
  /** Set to take over a request; the last one set counts. */
  intercept: Intercept | null
  /** Off: upgrades are refused with 503. */
  acceptsSockets: boolean
  /** Off: sockets open and never bring anything, not even `status`. */
  sends: boolean
  enqueue(prompt: Omit<FakePrompt, 'number'>): FakePrompt
  /** Queues what a POST /prompt carries. */
  accept(call: FakeRequest): FakePrompt
  /** The first pending prompt starts, with the messages a host sends. */
  start(): FakePrompt
  /** The running prompt ends: history first, then the messages. */
  finish(terminal?: 'execution_success' | 'execution_error' | 'execution_interrupted'): void
  send(clientId: string, type: string, data: Record<string, unknown>): void
  sendBinary(clientId: string, frame: Buffer): void
  dropSockets(): void
  calls(method: string, path: string): FakeRequest[]
  close(): Promise<void>
}

const submitSchema = z.object({
  prompt: z.record(z.string(), z.unknown()),
  client_id: z.string(),
  prompt_id: z.string().optional(),
})

export async function startFakeHost(version = '0.33.0', ownIds = false): Promise<FakeHost> {
  const server = createServer((request, response) => {
    void receive(request, response)
  })
  const acceptor = new WebSocketServer({ noServer: true })
  let counter = 0

  server.on('upgrade', (request, raw, head) => {
    host.upgrades.push(request.headers)
    if (!host.acceptsSockets) {
      // whoever was refused may be gone before the refusal is read
      raw.on('error', () => {})
      raw.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
      return
    }
    acceptor.handleUpgrade(request, raw, head, (socket) => {
      const clientId = new URL(request.url ?? '', host.url).searchParams.get('clientId') ?? ''
      const entry = { clientId, socket, received: [] as string[] }
      host.sockets.push(entry)
      host.peakSockets = Math.max(host.peakSockets, host.sockets.length)
      socket.on('message', (data: Buffer) => entry.received.push(data.toString()))
      socket.on('close', () => host.sockets.splice(host.sockets.indexOf(entry), 1))
      if (host.sends)
        sendOn(socket, 'status', { status: { exec_info: { queue_remaining: 0 } }, sid: clientId })
    })
  })

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const path = (request.url ?? '').split('?')[0] ?? ''
    const call = { method: request.method ?? '', path, headers: request.headers, body }
    host.requests.push(call)
    if (!host.intercept?.(call, response)) answer(call, response)
  }

  function answer(call: FakeRequest, response: ServerResponse): void {
    const { method, path } = call
    const json = (body: unknown) => {
      response.setHeader('content-type', 'application/json; charset=utf-8')
      response.end(JSON.stringify(body))
    }
    if (method === 'GET' && path === '/system_stats') {
      return json({ system: { comfyui_version: version }, devices: [] })
    }
    if (method === 'GET' && path === '/queue') {
      return json({
        queue_running: host.running.map(toQueueItem),
        queue_pending: host.pending.map(toQueueItem),
      })
    }
    if (method === 'POST' && path === '/prompt') {
      const { promptId, number } = host.accept(call)
      return json({ prompt_id: promptId, number, node_errors: {} })
    }
    if (method === 'POST' && path === '/queue') {
      const { delete: ids } = z.object({ delete: z.array(z.string()) }).parse(call.body)
      host.pending = host.pending.filter((prompt) => !ids.includes(prompt.promptId))
      return void response.end()
    }
    if (method === 'POST') return void response.end()
    if (path === '/history') return json(Object.fromEntries(host.history))
    const promptId = path.replace('/history/', '')
    const entry = host.history.get(promptId)
    json(entry === undefined ? {} : { [promptId]: entry })
  }

  const host: FakeHost = {
    url: '',
    requests: [],
    upgrades: [],
    running: [],
    pending: [],
    history: new Map(),
    sockets: [],
    peakSockets: 0,
    intercept: null,
    acceptsSockets: true,
    sends: true,
    enqueue(prompt) {
      const queued = { ...prompt, number: counter++ }
      host.pending.push(queued)
      return queued
    },
    accept(call) {
      const submitted = submitSchema.parse(call.body)
      return host.enqueue({
        promptId: ownIds ? `chosen-by-host-${counter}` : (submitted.prompt_id ?? randomUUID()),
        clientId: submitted.client_id,
        workflow: submitted.prompt,
      })
    },
    start() {
      const prompt = host.pending.shift()
      if (!prompt) throw new Error('nothing is pending')
      host.running = [prompt]
      const { promptId, clientId } = prompt
      host.send(clientId, 'execution_start', { prompt_id: promptId, timestamp: 1 })
      host.send(clientId, 'execution_cached', { nodes: [], prompt_id: promptId, timestamp: 1 })
      return prompt
    },
    finish(terminal = 'execution_success') {
      const prompt = host.running.pop()
      if (!prompt) throw new Error('nothing is running')
      const data = { prompt_id: prompt.promptId, timestamp: 2, ...TERMINAL[terminal] }
      host.send(prompt.clientId, terminal, data)
      host.history.set(prompt.promptId, toEntry(prompt, terminal, data))
      host.send(prompt.clientId, 'executing', { node: null, prompt_id: prompt.promptId })
    },
    send(clientId, type, data) {
      if (!host.sends) return
      for (const { socket } of socketsOf(clientId)) sendOn(socket, type, data)
    },
    sendBinary(clientId, frame) {
      for (const { socket } of socketsOf(clientId)) socket.send(frame)
    },
    dropSockets() {
      for (const { socket } of host.sockets) socket.terminate()
    },
    calls: (method, path) =>
      host.requests.filter((call) => call.method === method && call.path === path),
    async close() {
      host.dropSockets()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const socketsOf = (clientId: string) =>
    host.sockets.filter((entry) => clientId === '*' || entry.clientId === clientId)

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a TCP server's address is an object
  host.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return host
}

const TERMINAL = {
  execution_success: {},
  execution_interrupted: { node_id: '2', node_type: 'Slow', executed: ['1'] },
  execution_error: {
    node_id: '2',
    node_type: 'Slow',
    executed: ['1'],
    exception_type: 'ValueError',
    exception_message: 'no such luck',
    traceback: [],
    current_inputs: {},
    current_outputs: [],
  },
}

function toQueueItem(prompt: FakePrompt): unknown[] {
  return [prompt.number, prompt.promptId, prompt.workflow, { client_id: prompt.clientId }, ['3']]
}

function toEntry(prompt: FakePrompt, terminal: keyof typeof TERMINAL, data: unknown): unknown {
  const succeeded = terminal === 'execution_success'
  return {
    prompt: toQueueItem(prompt),
    outputs: succeeded
      ? { 3: { images: [{ filename: 'a_00001_.png', subfolder: '', type: 'output' }] } }
      : {},
    status: {
      status_str: succeeded ? 'success' : 'error',
      completed: succeeded,
      messages: [
        ['execution_start', { prompt_id: prompt.promptId, timestamp: 1 }],
        [terminal, data],
      ],
    },
    meta: {},
  }
}

function sendOn(socket: WebSocket, type: string, data: Record<string, unknown>): void {
  socket.send(JSON.stringify({ type, data }))
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  // a request without an encoding set yields Buffers
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return text === '' ? null : JSON.parse(text)
}
