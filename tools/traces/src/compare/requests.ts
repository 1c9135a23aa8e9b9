/** The HTTP half of a played recording: its calls with this run's ids and names, and waiting for what a call is to show. */
import { setTimeout } from 'node:timers/promises'
import { PNG } from 'pngjs'
import { parseLenientJson } from '@safelight/comfyui'
import { isRecord, type Json } from '@safelight/simulator/testing'
import type { HttpLine } from '../trace-format.ts'

const PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 10
const UPLOAD_SIDE = 32

export interface Requests {
  /** @returns the line with this run's answer */
  send(line: HttpLine): Promise<HttpLine>
  /** Until the history at a path has an entry. */
  untilHistory(path: string): Promise<void>
  /** A socket that was told how full the queue is opens when it is just as full again. */
  untilRemaining(remaining: number | null): Promise<void>
}

/** `translate` turns recorded ids and file names into this run's. */
export function createRequests(url: string, translate: (text: string) => string): Requests {
  const read = async (path: string): Promise<Json> => {
    const body = parseLenientJson(await (await fetch(url + path)).text())
    return isRecord(body) ? body : {}
  }

  return {
    async send(line) {
      const path = translate(line.path)
      const answer = await fetch(url + path, { method: line.method, ...bodyOf(line.body) })
      const contentType = answer.headers.get('content-type') ?? ''
      const bytes = Buffer.from(await answer.arrayBuffer())
      const isMedia = /^(image|video)\//.test(contentType)
      const isJson = contentType.startsWith('application/json')
      const text = isMedia ? '' : String(bytes)
      const response = isJson ? parseLenientJson(text) : isMedia ? { base64: '' } : text
      return { ...line, path, status: answer.status, contentType, response }
    },
    untilHistory: (path) =>
      until(
        async () => Object.keys(await read(translate(path))).length > 0,
        `no entry at ${translate(path)}`,
      ),
    async untilRemaining(remaining) {
      if (remaining === null) return
      await until(async () => {
        const info = (await read('/prompt'))['exec_info']
        return isRecord(info) && info['queue_remaining'] === remaining
      }, `the queue never held ${remaining}`)
    },
  }

  function bodyOf(body: unknown): { body?: string | FormData } {
    if (body === null || body === undefined) return {}
    if (isRecord(body) && isRecord(body['multipart'])) return { body: toForm(body['multipart']) }
    return { body: translate(JSON.stringify(body)) }
  }
}

async function until(isDone: () => Promise<boolean>, complaint: string): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  while (!(await isDone())) {
    if (signal.aborted) throw new Error(`waited for ${PATIENCE_MS / 1000} s: ${complaint}`)
    await setTimeout(LOOK_EVERY_MS)
  }
}

/** `cat.png rgb(255, 0, 0)`: the recorder noted the upload's name and colour, not its bytes. */
function toForm(multipart: Json): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(multipart)) {
    const image = /^(\S+) rgb\((\d+), (\d+), (\d+)\)$/.exec(String(value))
    if (!image) form.set(name, String(value))
    else {
      const png = new PNG({ width: UPLOAD_SIDE, height: UPLOAD_SIDE })
      png.data = Buffer.alloc(
        UPLOAD_SIDE ** 2 * 4,
        Buffer.from([...image.slice(2).map(Number), 255]),
      )
      form.set(name, new Blob([new Uint8Array(PNG.sync.write(png))]), image[1])
    }
  }
  return form
}
