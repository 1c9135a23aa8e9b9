/** What programs ask of the balancer all the while, without a second try of their own: whatever went wrong is noted. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { jobViewSchema } from '@safelight/shared'
import { slow } from '../testing/workflows.ts'

export interface Traffic {
  /** Answers that nobody should have to handle, and connections that broke; in words. */
  faults: string[]
  /** Jobs that were accepted. */
  jobs: string[]
  asked(): number
  /** So many submissions besides. */
  submitAtOnce(count: number): { answered(): number; done: Promise<unknown> }
  stop(): Promise<void>
}

/** Between two requests of one program. */
const PACE_MS = 20

export function startTraffic(url: string, jobId: string): Traffic {
  const faults: string[] = []
  const jobs: string[] = []
  let asked = 0
  const end = new AbortController()

  async function call(path: string, init: RequestInit = {}): Promise<string> {
    asked += 1
    const name = `${init.method ?? 'GET'} ${path}`
    try {
      const answer = await fetch(`${url}${path}`, init)
      const text = await answer.text()
      if (answer.ok) return text
      faults.push(`${name}: ${answer.status} ${text.slice(0, 200)}`)
    } catch (error) {
      faults.push(`${name}: ${String(error)} ${error instanceof Error ? String(error.cause) : ''}`)
    }
    return ''
  }

  async function submit(): Promise<void> {
    const text = await call('/api/v2/jobs', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        'idempotency-mode': 'replay',
      },
      body: JSON.stringify({ workflow: slow({ steps: 1, seconds: 0.01 }) }),
    })
    if (text) jobs.push(jobViewSchema.parse(JSON.parse(text)).id)
  }

  async function repeat(ask: () => Promise<unknown>, paceMs = PACE_MS): Promise<void> {
    while (!end.signal.aborted) {
      await ask()
      await delay(paceMs)
    }
  }

  const programs = Promise.all([
    repeat(() => call(`/api/v2/jobs/${jobId}`)),
    repeat(() => call('/api/v2/jobs?limit=5')),
    repeat(submit, 5 * PACE_MS),
  ])
  return {
    faults,
    jobs,
    asked: () => asked,
    submitAtOnce(count) {
      let answered = 0
      const calls = Array.from({ length: count }, () => submit().then(() => (answered += 1)))
      return { answered: () => answered, done: Promise.all(calls) }
    },
    async stop() {
      end.abort()
      await programs
    },
  }
}
