/** A server that gives what a test wants, and a command against it. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { runCli } from '../run-cli.ts'
import { createTestIo } from './test-io.ts'

/**
 * `GET /api/v2/hosts` → what it answers, as JSON; undefined breaks the connection. Whatever else is asked for is not
 * there.
 */
export type Answers = Readonly<Record<string, (body: string, query: URLSearchParams) => unknown>>

export interface Said {
  code: number
  out: string
  err: string
}

/** The command against it. */
export interface Run {
  (...args: string[]): Promise<Said>
  /** For who needs more of the world of a command. */
  url: string
}

export async function startAnswers(answers: Answers): Promise<Run> {
  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query] = (request.url ?? '').split('?')
    const answer = answers[`${request.method} ${path}`]
    const said = answer ? answer(await text(request), new URLSearchParams(query)) : {}
    if (said === undefined) return void response.destroy()
    response.statusCode = answer ? 200 : 404
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(said))
  }
  const server = createServer((request, response) => void reply(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  // a server that listens on a port has such an address
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const run = async (...args: string[]) => {
    const io = createTestIo({ env: { SAFELIGHT_URL: url } })
    const code = await runCli(args, io)
    return { code, out: io.printed(), err: io.printedErrors() }
  }
  return Object.assign(run, { url })
}
