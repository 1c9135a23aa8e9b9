/**
 * What a gateway is compared with. Socket.IO: what is published on a channel goes to the room of its job. A bare
 * WebSocket: it goes to everybody. Nothing is checked, folded or kept.
 */
import { createServer, type Server as HttpServer } from 'node:http'
import { tellNobody } from '@safelight/runtime'
import { createRedis } from '@safelight/store'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'
import { z } from 'zod'

const watchSchema = z.object({ jobId: z.string() })
/** Looked at no further. */
const eventSchema = z.looseObject({ jobId: z.string() })

const [redisUrl = '', roomsChannel = '', allChannel = ''] = process.argv.slice(2)

function serveRooms(server: HttpServer): (text: string) => void {
  const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false })
  io.on('connection', (socket) => {
    socket.on('watch', (asked: unknown, ack: (answer: unknown) => void) => {
      void socket.join(watchSchema.parse(asked).jobId)
      ack({ ok: true })
    })
  })
  return (text) => {
    const event = eventSchema.parse(JSON.parse(text))
    io.to(event.jobId).emit('event', event)
  }
}

function serveAll(server: HttpServer): (text: string) => void {
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  return (text) => {
    const data = Buffer.from(text)
    for (const socket of sockets.clients) socket.send(data, { binary: false })
  }
}

function listen(server: HttpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(address !== null && typeof address === 'object' ? address.port : 0)
    })
  })
}

const [roomsServer, allServer] = [createServer(), createServer()]
const [toRoom, toAll] = [serveRooms(roomsServer), serveAll(allServer)]
const redis = createRedis(redisUrl, 'subscriber', { emit: tellNobody })
redis.on('message', (channel, text) => (channel === allChannel ? toAll(text) : toRoom(text)))
await redis.subscribe(roomsChannel, allChannel)
process.once('disconnect', () => process.exit())
process.send?.({ rooms: await listen(roomsServer), all: await listen(allServer) })
