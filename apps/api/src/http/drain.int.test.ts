import { Agent, type IncomingMessage, request as sendRaw } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { submitJob } from '../testing/http.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

it('a client whose stream ends with the process is answered on the same connection, for the last time', async () => {
  const api = await stack.startApi()
  const job = await submitJob(api.url)
  // a pool of one: what is asked next goes where the stream was
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const ask = (path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      sendRaw(`${api.url}${path}`, { agent }).on('response', resolve).on('error', reject).end()
    })
  const stream = await ask(job.urls.events)
  const closing = api.close()
  await text(stream)
  const answer = await ask(job.urls.self)
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close'])
  expect(JSON.parse(await text(answer))).toMatchObject({ id: job.id, status: 'queued' })
  await closing
  await expect(ask(job.urls.self)).rejects.toThrow('ECONNREFUSED')
})
