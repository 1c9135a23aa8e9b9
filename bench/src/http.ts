/** The leanest client there is: what is measured runs beside it, on the same cores. */
import { Agent, request } from 'node:http'

export interface Answer {
  status: number
  body: Buffer
}

/** Connections are kept, so many per server. */
export function createHttp(maxSockets = 64) {
  const agent = new Agent({ keepAlive: true, maxSockets })

  const send = (url: string, sent?: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const text = sent === undefined ? undefined : JSON.stringify(sent)
      const head = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text ?? ''),
      }
      const asked = request(
        url,
        text === undefined ? { agent } : { agent, method: 'POST', headers: head },
        (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }),
          )
          response.on('error', reject)
        },
      )
      asked.on('error', reject)
      asked.end(text)
    })

  return {
    /** POST where something is sent. */
    send,
    /** @throws when the answer is no success */
    async json(url: string, sent?: unknown): Promise<unknown> {
      const { status, body } = await send(url, sent)
      if (status >= 300) throw new Error(`${url}: ${status} ${body.toString().slice(0, 200)}`)
      return JSON.parse(body.toString())
    },
    close: () => agent.destroy(),
  }
}

export type Http = ReturnType<typeof createHttp>
