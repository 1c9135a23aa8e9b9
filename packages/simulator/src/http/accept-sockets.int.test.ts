/** A client whose upgrade is refused may be gone before it has read the refusal. */
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { withSimulator } from '../testing/with-simulator.ts'

it('outlives a client that breaks off while its socket is refused', async () => {
  await withSimulator({}, async (_, { url }) => {
    const { hostname, port } = new URL(url)
    const refused =
      `GET /nowhere HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
    for (let n = 0; n < 20; n += 1) {
      const socket = connect(Number(port), hostname)
      await new Promise<void>((resolve) => {
        socket.once('data', () => socket.resetAndDestroy())
        socket.once('close', () => resolve())
        socket.once('connect', () => socket.write(refused))
      })
    }
    // what nobody listens for would have ended the process
    expect((await fetch(`${url}/queue`)).status).toBe(200)
  })
})
