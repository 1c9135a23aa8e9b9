/** Requests over connections that are kept, as cheap as can be: what is measured is who answers. */
import { connect, type Socket } from 'node:net'

export interface Load {
  /** E.g. `http://127.0.0.1:8080`. */
  url: string
  requests: readonly Buffer[]
  /** Each has one request under way, and the next after its answer. */
  connections: number
}

export interface Loaded {
  perSecond: number
  /** From a request to its answer, in the order of the answers. */
  tookMs: number[]
}

/** @throws when an answer is no success */
export async function load({ url, requests, connections }: Load): Promise<Loaded> {
  const { hostname, port } = new URL(url)
  const left = requests.values()
  const tookMs: number[] = []
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => open(hostname, Number(port))),
  )
  const begun = performance.now()
  try {
    await Promise.all(sockets.map((socket) => askInTurn(socket, left, tookMs)))
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  return { perSecond: (tookMs.length / (performance.now() - begun)) * 1_000, tookMs }
}

/** @param body goes as JSON */
export function toRequest(method: string, path: string, body?: unknown): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body)
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(body === undefined ? [] : ['Content-Type: application/json']),
    `Content-Length: ${Buffer.byteLength(text)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`)
}

async function open(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return socket
}

/** Until there are no more. */
async function askInTurn(socket: Socket, left: Iterator<Buffer>, tookMs: number[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let answer = ''
    let askedAt = 0
    const ask = () => {
      const next = left.next()
      if (next.done) return resolve()
      askedAt = performance.now()
      socket.write(next.value)
    }
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => {
      answer += part
      if (!isWhole(answer)) return
      if (!answer.startsWith('HTTP/1.1 2')) return reject(new Error(answer.slice(0, 1_000)))
      answer = ''
      tookMs.push(performance.now() - askedAt)
      ask()
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
    ask()
  })
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /content-length: (\d+)/i.exec(answer)?.[1]
  return length !== undefined && answer.length >= end + 4 + Number(length)
}
