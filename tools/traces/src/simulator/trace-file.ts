/** Reads a recorded session: what a client did to a real server, and what came back. */
import { readFile } from 'node:fs/promises'
import { isRecord, type Json, parsePythonJson, readText } from '@safelight/simulator/testing'

export interface HttpEntry {
  readonly ch: 'http'
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly status: number
  readonly contentType: string
  readonly response: unknown
}

export type SocketEntry = { readonly ch: 'ws'; readonly sock: string } & (
  | { readonly ev: 'open'; readonly clientId: string }
  | { readonly ev: 'send' | 'text'; readonly text: string }
  | { readonly ev: 'binary'; readonly bytes: Buffer }
  | { readonly ev: 'close' }
)

export type TraceEntry = HttpEntry | SocketEntry

const TRACES = new URL('../../../../traces/', import.meta.url)

export async function readTrace(version: string, scenario: string): Promise<TraceEntry[]> {
  const text = await readFile(new URL(`comfyui-${version}/${scenario}.jsonl`, TRACES), 'utf8')
  const [, ...lines] = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => toEntry(parsePythonJson(line)))
}

function toEntry(line: unknown): TraceEntry {
  if (!isRecord(line)) throw new Error('a trace line is an object')
  return line['ch'] === 'http' ? toHttp(line) : toSocket(line)
}

function toHttp(line: Json): HttpEntry {
  return {
    ch: 'http',
    method: readText(line['method']) ?? 'GET',
    path: readText(line['path']) ?? '/',
    body: line['body'],
    status: Number(line['status']),
    contentType: readText(line['contentType']) ?? '',
    response: toAnswer(line['response']),
  }
}

function toSocket(line: Json): SocketEntry {
  const common = { ch: 'ws' as const, sock: readText(line['sock']) ?? '' }
  const text = readText(line['text']) ?? ''
  switch (line['ev']) {
    case 'open':
      return { ...common, ev: 'open', clientId: readText(line['clientId']) ?? '' }
    case 'send':
      return { ...common, ev: 'send', text }
    case 'text':
      return { ...common, ev: 'text', text }
    case 'binary':
      return {
        ...common,
        ev: 'binary',
        bytes: Buffer.from(readText(line['base64']) ?? '', 'base64'),
      }
    default:
      return { ...common, ev: 'close' }
  }
}

/** Some recordings kept JSON answers as text. */
function toAnswer(response: unknown): unknown {
  return typeof response === 'string' && response.startsWith('{')
    ? parsePythonJson(response)
    : response
}
