/** Requests as a client makes them, with what came back parsed. */
import {
  type ErrorEnvelope,
  errorEnvelopeSchema,
  type JobView,
  jobViewSchema,
} from '@safelight/shared'
import { WORKFLOW } from './play-worker.ts'

export function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export async function submitJob(baseUrl: string, extra: object = {}): Promise<JobView> {
  const response = await post(`${baseUrl}/api/v2/jobs`, { workflow: WORKFLOW, ...extra })
  const text = await response.text()
  if (response.status !== 201) throw new Error(`submit: ${response.status} ${text}`)
  return jobViewSchema.parse(JSON.parse(text))
}

export async function readJob(baseUrl: string, jobId: string): Promise<JobView> {
  const response = await fetch(`${baseUrl}/api/v2/jobs/${jobId}`)
  return jobViewSchema.parse(await response.json())
}

/** The refusal in an answer; throws when it is not the envelope. */
export async function readError(response: Response): Promise<ErrorEnvelope['error']> {
  return errorEnvelopeSchema.parse(await response.json()).error
}
