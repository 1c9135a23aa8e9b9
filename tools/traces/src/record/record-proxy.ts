/** A proxy in front of a host that records what passes through it, HTTP and sockets, until it is closed. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { toHostAddress } from '@safelight/comfyui'
import { toBody, toFrame, type TraceWriter } from '../trace-format.ts'

export interface RecordProxyOptions {
  host: string
  port: number
  file: TraceWriter
}

export interface RecordProxy {
  port: number
  close(): Promise<void>
}

/** A client that asks for a socket. */
interface WaitingClient {
  accept: () => Promise<WebSocket>
  /** Also ends a client that was let in. */
  refuse: () => void
}

/** @throws the server's error when the port is taken */
export async function startRecordProxy({
  host,
  port,
  file,
}: RecordProxyOptions): Promise<RecordProxy> {
  const address = toHostAddress(host)
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const server = createServer((request, response) => void forward(request, response))
  const upstreams = new Set<WebSocket>()
  let sockets = 0

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = file.begin()
    const { method = 'GET', url = '/' } = request
    const type = request.headers['content-type'] ?? ''
    try {
      const body = await readAll(request)
      const target = address.call(url)
      const answer = await fetch(target.url, {
        method,
        redirect: 'manual',
        // its Origin would be foreign to the host, so only what describes the body goes on
        headers: { ...target.headers, ...(type === '' ? {} : { 'content-type': type }) },
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      })
      const bytes = Buffer.from(await answer.arrayBuffer())
      const contentType = answer.headers.get('content-type') ?? ''
      response.writeHead(answer.status, contentType === '' ? {} : { 'content-type': contentType })
      response.end(bytes)
      end({
        method,
        path: url,
        body: body.length === 0 ? null : toBody(body, type),
        status: answer.status,
        contentType,
        response: toBody(bytes, contentType),
      })
    } catch {
      end(null)
      // the host is away or the caller left: nothing that the host said, so nothing to record
      if (!response.headersSent) response.writeHead(502)
      response.end()
    }
  }

  /** The client is let in once the host has: it may submit as soon as its socket is open. */
  function join(path: string, { accept, refuse }: WaitingClient): void {
    const target = address.call(path)
    const upstream = new WebSocket(target.url.replace(/^http/, 'ws'), {
      headers: target.headers,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    })
    upstreams.add(upstream)
    const sock = toName(sockets++)
    const accepted = new Promise<WebSocket>((resolve) => {
      upstream.on('open', () => {
        const clientId = new URL(path, 'http://localhost').searchParams.get('clientId')
        file.frame({ sock, ev: 'open', clientId })
        resolve(accept())
      })
    })
    void accepted.then((client) => {
      client.on('message', (data, isBinary) => {
        const frame = toFrame(data, isBinary)
        // hosts read no binary frames
        if (frame.ev === 'binary' || upstream.readyState !== WebSocket.OPEN) return
        file.frame({ sock, ev: 'send', text: frame.text })
        upstream.send(frame.text)
      })
      client.on('close', () => upstream.terminate())
      client.on('error', () => {})
      return client
    })
    upstream.on('message', (data, isBinary) => {
      file.frame({ sock, ...toFrame(data, isBinary) })
      void accepted.then((client) => client.send(data, { binary: isBinary }))
    })
    upstream.on('close', (code) => {
      file.frame({ sock, ev: 'close', code })
      upstreams.delete(upstream)
      refuse()
    })
    // a close always follows
    upstream.on('error', () => {})
  }

  server.on('upgrade', (request, raw, head) => {
    // whoever asked may be gone before the host has answered
    raw.on('error', () => {})
    const accept = () =>
      new Promise<WebSocket>((resolve) => upgrades.handleUpgrade(request, raw, head, resolve))
    join(request.url ?? '/ws', { accept, refuse: () => raw.destroy() })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    // a TCP server's address is an object
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      // each upstream's close is a line of the trace, so the file is complete only after the last
      const left = [...upstreams].map((upstream) => once(upstream, 'close'))
      for (const upstream of upstreams) upstream.terminate()
      for (const client of upgrades.clients) client.terminate()
      await Promise.all([closed, ...left])
    },
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  // a request without an encoding set yields Buffers
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** a, b, …, z, a1, b1, … */
function toName(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26))
  return index < 26 ? letter : letter + Math.floor(index / 26)
}
