/** Waits until a Redis answers PING, over a bare socket: the launcher needs no client library. */
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const RETRY_MS = 25
const ANSWER_MS = 1_000

/** Resolves once `+PONG` came back; a server that is still loading its data is asked again. */
export async function waitForPing(port: number, signal: AbortSignal): Promise<void> {
  while (!(await answersPing(port))) {
    await delay(RETRY_MS, undefined, { signal })
  }
}

/** False also while a server still loads its data. */
export function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const finish = (alive: boolean) => {
      socket.destroy()
      resolve(alive)
    }
    socket.setTimeout(ANSWER_MS, () => finish(false))
    socket.on('connect', () => socket.write('PING\r\n'))
    socket.on('data', (answer) => finish(answer.toString('latin1').startsWith('+PONG')))
    socket.on('error', () => finish(false))
    socket.on('close', () => finish(false))
  })
}
