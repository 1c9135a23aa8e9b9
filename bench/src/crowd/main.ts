/**
 * One process of a crowd: many clients, each a socket of its own, that do as little as a client can. They speak just as
 * much of Socket.IO as a watch needs, because what is measured is the server.
 */
import { get } from 'node:http'
import { WebSocket } from 'ws'
import { type Answer, type Hearing, now, orderSchema, type Seat } from './messages.ts'

/** Every so many sockets one is timed: reading the time in every event would make slow clients. */
const TIMED_EVERY = 10
const TICK = /"value":(\d+),"max":/
const MADE = /"message":"@([\d.]+)@/

interface Client {
  /** Null: not timed. */
  index: number | null
  leave(): void
  pause(): void
  resume(): void
}

let clients: Client[] = []
let stalled: Client | null = null
let hearing: Hearing = { heard: 0, timed: [] }

function hear(client: Client, text: () => string): void {
  if (client === stalled) return
  hearing.heard += 1
  if (client.index === null) return
  const at = now()
  const event = text()
  const made = MADE.exec(event)?.[1]
  const value = TICK.exec(event)?.[1]
  hearing.timed.push({
    client: client.index,
    at,
    value: value === undefined ? null : Number(value),
    ms: made === undefined ? null : at - Number(made),
  })
}

function nextIndex(): number | null {
  return clients.length % TIMED_EVERY === 0 ? clients.length : null
}

function openSocket({ url, kind }: Seat, jobId: string): Promise<void> {
  const path = kind === 'ws' ? '/' : '/socket.io/?EIO=4&transport=websocket'
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  })
  const client: Client = {
    index: nextIndex(),
    leave() {
      socket.removeAllListeners('close')
      socket.terminate()
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
  clients.push(client)
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed')))
    if (kind === 'ws') socket.once('open', resolve)
    socket.on('message', (data: Buffer) => {
      const head = data.toString('latin1', 0, 10)
      if (kind === 'ws' || head === '42["event"') hear(client, () => data.toString())
      else if (head.startsWith('0')) socket.send('40')
      else if (head.startsWith('2')) socket.send('3')
      else if (head.startsWith('40')) socket.send(`420["watch",${JSON.stringify({ jobId })}]`)
      else if (head.startsWith('430')) {
        if (data.includes('"ok":true')) resolve()
        else reject(new Error(data.toString()))
      }
    })
  })
}

function openStream({ url }: Seat, jobId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(
      `${url}/api/v2/jobs/${jobId}/events?format=native`,
      { agent: false },
      (response) => {
        const client: Client = {
          index: nextIndex(),
          leave: () => void request.destroy(),
          pause: () => response.pause(),
          resume: () => response.resume(),
        }
        clients.push(client)
        response.setEncoding('latin1')
        response.on('data', (text: string) => {
          resolve()
          // one frame may come in two parts, or two in one; ours are small and come whole
          for (const frame of text.split('\n\n'))
            if (frame.includes('event: event')) hear(client, () => frame)
        })
      },
    )
    request.once('error', reject)
  })
}

async function open(seat: Seat): Promise<void> {
  const openOne = seat.kind === 'sse' ? openStream : openSocket
  const jobIds = [...seat.jobIds]
  // a few at a time: a server that is stormed says nothing of one that serves
  const some = async () => {
    for (let jobId = jobIds.pop(); jobId !== undefined; jobId = jobIds.pop())
      await openOne(seat, jobId)
  }
  await Promise.all(Array.from({ length: 16 }, some))
}

async function obey(raw: unknown): Promise<Answer> {
  const order = orderSchema.parse(raw)
  if (order.type === 'open') {
    await open(order.seat)
    return { type: 'opened' }
  }
  if (order.type === 'leave') {
    for (const client of clients) client.leave()
    clients = []
    stalled = null
    return { type: 'done' }
  }
  if (order.type === 'stall') {
    if (order.stalled) stalled = clients.at(-1) ?? null
    if (order.stalled) stalled?.pause()
    else stalled?.resume()
    return { type: 'done' }
  }
  const told = hearing
  if (order.type === 'report') return { type: 'hearing', hearing: told }
  hearing = { heard: 0, timed: [] }
  return { type: 'done' }
}

const say = (answer: Answer) => process.send?.(answer)
process.on('message', (raw) => {
  obey(raw).then(say, (error: unknown) => {
    process.stderr.write(`crowd: ${String(error)}\n`)
    process.exit(1)
  })
})
process.once('disconnect', () => process.exit())
say({ type: 'ready' })
