/** A client for tests: plain requests to one server, and waiting for its history. */
import { isRecord, type Json, readText } from '../record.ts'
import { parsePythonJson } from './python-json.ts'
import { until } from './wait.ts'

export interface Answer {
  readonly status: number
  readonly json: Json
  readonly text: string
}

export interface Visitor {
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  /** The id of an accepted prompt. */
  submit(prompt: unknown, more?: Json): Promise<string>
  /** The history entry, once there is one. */
  finished(promptId: string): Promise<Json>
  download(item: Json): Promise<Buffer>
}

export function createVisitor(url: string): Visitor {
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    const json = isJson ? parsePythonJson(text) : {}
    return { status: response.status, json: isRecord(json) ? json : {}, text }
  }
  const post = (path: string, body: unknown): Promise<Answer> =>
    call(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })

  return {
    get: (path) => call(path, {}),
    post,
    async submit(prompt, more = {}) {
      const { json, text } = await post('/prompt', { prompt, ...more })
      const promptId = readText(json['prompt_id'])
      if (promptId === undefined) throw new Error(`refused: ${text}`)
      return promptId
    },
    async finished(promptId) {
      let entry: unknown
      await until(
        async () => {
          entry = (await call(`/history/${promptId}`, {})).json[promptId]
          return isRecord(entry)
        },
        () => `${promptId} never finished`,
      )
      return isRecord(entry) ? entry : {}
    },
    async download(item) {
      const query = new URLSearchParams()
      for (const [key, value] of Object.entries(item)) query.set(key, readText(value) ?? '')
      const response = await fetch(`${url}/view?${query.toString()}`)
      if (!response.ok) throw new Error(`/view answered ${response.status}`)
      return Buffer.from(await response.arrayBuffer())
    },
  }
}

/** The files of a history entry, in node order. */
export function filesOf(entry: Json): Json[] {
  const outputs = isRecord(entry['outputs']) ? Object.values(entry['outputs']) : []
  return outputs
    .flatMap((output) => (isRecord(output) ? Object.values(output) : []))
    .flatMap((items) => (Array.isArray(items) ? items.filter(isRecord) : []))
}
