/** Answers in ComfyUI's manner: Python's JSON, empty bodies, aiohttp's plain-text errors. */
import type { ServerResponse } from 'node:http'
import { toPythonJson } from '../python-json.ts'

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  send(response, { status, type: 'application/json; charset=utf-8', text: toPythonJson(body) })
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, { status, type: 'text/plain; charset=utf-8', text })
}

/** With its length, as aiohttp does: head and body leave in one piece. */
function send(
  response: ServerResponse,
  { status, type, text }: { status: number; type: string; text: string },
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

export interface SentFile {
  readonly bytes: Buffer
  readonly contentType: string
  readonly filename?: string
}

export function sendFile(
  response: ServerResponse,
  { bytes, contentType, filename }: SentFile,
): void {
  response.writeHead(200, {
    // before the length: Node spells it anew when it knows that
    ...(filename === undefined
      ? {}
      : { 'content-disposition': `filename="${inHeader(filename)}"` }),
    'content-type': contentType,
    'content-length': bytes.length,
  })
  response.end(bytes)
}

/** aiohttp writes headers in UTF-8, where Node takes a string for a list of bytes. */
function inHeader(filename: string): string {
  return Buffer.from(filename.replaceAll(/["\p{Cc}]/gu, ''), 'utf8').toString('latin1')
}

/** What aiohttp labels an empty body. */
export function sendEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/octet-stream' })
  response.end()
}

export function sendServerError(response: ServerResponse): void {
  sendText(response, 500, '500 Internal Server Error\n\nServer got itself in trouble')
}

/** Everything this response says from now on leaves later by that much, or never if the client goes first. */
export function delayAnswer(response: ServerResponse, delayMs: number): void {
  // What passes through are the arguments of a call that was typed where it was made.
  const end = response.end.bind(response) as (...args: unknown[]) => unknown
  response.end = (...args: unknown[]) => {
    if (response.destroyed) return response
    const timer = setTimeout(() => end(...args), delayMs)
    response.once('close', () => clearTimeout(timer))
    return response
  }
}

/** Never answers, and cuts the connection after a while. */
export function hangUp(response: ServerResponse, afterMs: number): void {
  const timer = setTimeout(() => response.destroy(), afterMs)
  response.once('close', () => clearTimeout(timer))
}
