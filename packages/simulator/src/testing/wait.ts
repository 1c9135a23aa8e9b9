/** Waiting for what a server is to show; never for a length of time. */
import { isRecord, type Json } from '../record.ts'
import { parsePythonJson } from './python-json.ts'

const PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 3

export async function until(
  isDone: () => boolean | Promise<boolean>,
  explain: () => string,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error(`waited too long: ${explain()}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

async function json(url: string): Promise<Json> {
  const body = parsePythonJson(await (await fetch(url)).text())
  return isRecord(body) ? body : {}
}

export async function untilHistory(url: string): Promise<void> {
  await until(
    async () => Object.keys(await json(url)).length > 0,
    () => `no entry at ${url}`,
  )
}

/** A socket that was told how full the queue is opens when it is just as full again. */
export async function untilRemaining(url: string, remaining: number | null): Promise<void> {
  if (remaining === null) return
  await until(
    async () => {
      const info = (await json(`${url}/prompt`))['exec_info']
      return isRecord(info) && info['queue_remaining'] === remaining
    },
    () => `the queue never held ${remaining}`,
  )
}
