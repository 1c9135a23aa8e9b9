/** A host whose executor is dead while HTTP answers: prompts "run" for ever, interrupts are ignored, sockets are refused. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

export interface DeadHost {
  url: string
  /** Ids of the prompts it took. */
  promptIds: string[]
  interrupts(): number
  close(): Promise<void>
}

const submitSchema = z.object({ prompt_id: z.string(), client_id: z.string() })

export async function startDeadHost(): Promise<DeadHost> {
  const promptIds: string[] = []
  let interrupts = 0
  const answers: Record<string, (body: string) => unknown> = {
    'GET /system_stats': () => ({ system: { comfyui_version: '0.33.0' }, devices: [] }),
    'GET /object_info': () => ({}),
    'GET /queue': () => ({
      queue_running: promptIds.map((id, n) => [n, id, {}, { client_id: id }, []]),
      queue_pending: [],
    }),
    'POST /queue': () => ({}),
    'POST /prompt': (body) => {
      const { prompt_id: promptId } = submitSchema.parse(JSON.parse(body))
      promptIds.push(promptId)
      return { prompt_id: promptId, number: promptIds.length, node_errors: {} }
    },
    'POST /interrupt': () => {
      interrupts += 1
      return {}
    },
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const path = request.url?.split('?')[0] ?? ''
      const answer = answers[`${request.method} ${path}`]
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer ? answer(body) : {}))
    })
  })
  server.on('upgrade', (_request, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a TCP server's address is an object
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    promptIds,
    interrupts: () => interrupts,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
