/** Requests with every header as a test says. */
import { type ClientRequest, type IncomingMessage, request as sendRaw } from 'node:http'

export interface Asked {
  method?: string
  headers?: Record<string, string | number>
  body?: string | Buffer
}

/** With every header as the test says: `fetch` has its own mind about some. */
export async function askRaw(url: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  const request = sendRaw(url, { method, headers })
  const answer = answerTo(request)
  request.end(body)
  return await answer
}

export async function answerTo(request: ClientRequest) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject)
  })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString()
  const code: unknown = text.startsWith('{') ? JSON.parse(text).error?.code : undefined
  return { status: response.statusCode, code, text }
}
