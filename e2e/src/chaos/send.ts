/** One request of the load: an API may go away, or take too long, at any moment. */
import { jobViewSchema, type SubmitRequest } from '@safelight/shared'

const ANSWER_MS = 15_000

export type Sent = { jobId: string; refused: null } | { jobId: null; refused: string }

export async function send(url: string, body: SubmitRequest): Promise<Sent> {
  const answer = await call('POST', `${url}/api/v2/jobs`, body)
  if (answer?.status === 201) {
    const job = jobViewSchema.safeParse(await answer.json().catch(() => null))
    if (job.success) return { jobId: job.data.id, refused: null }
  }
  return { jobId: null, refused: answer ? String(answer.status) : 'no answer' }
}

/** Null when the API went away, or took too long. */
export async function call(
  method: 'POST' | 'PATCH',
  url: string,
  body?: unknown,
): Promise<Response | null> {
  return await ask(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** The same of any request. */
export async function ask(url: string, request: RequestInit): Promise<Response | null> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  return await fetch(url, { ...request, signal }).catch(() => null)
}
