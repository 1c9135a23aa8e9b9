/** Sends what a handler answers, within its deadline. */
import type { ApiError } from '@safelight/shared'
import type { Response } from 'express'
import { type RequestDeadline, withDeadline } from './deadline.ts'
import type { Answering, Reply } from './route.ts'

/** Of every request, in the end: without one a new error would be made for each, with its stack. */
const ANSWERED = new Error('the client has its answer')

export interface SendOptions {
  deadline: RequestDeadline
  /** Of an answer that has none of its own. */
  status: number
}

export async function sendReply(
  response: Response,
  answer: (answering: Answering) => Promise<Reply>,
  options: SendOptions,
): Promise<void> {
  const answered = new AbortController()
  let toLate: () => ApiError | null = () => null
  const ifLate = (toError: () => ApiError) => void (toLate = toError)
  const reply = await withDeadline(
    answer({ signal: answered.signal, ifLate }),
    options.deadline,
    () => toLate(),
  ).finally(() => answered.abort(ANSWERED))
  if ('send' in reply) return reply.send(response)
  const status = reply.status ?? options.status
  response.status(status).set(reply.headers ?? {})
  if (status === 204) response.end()
  else response.json(reply.body)
}

/**
 * An answer before which something must be done that may take longer than any deadline, and limits its own time. Then the
 * deadline counts anew.
 * @param first its signal: the client has gone
 */
export function afterwards<T>(
  first: (signal: AbortSignal) => Promise<T>,
  then: (value: T, answering: Answering) => Promise<Reply>,
  options: SendOptions,
): Reply {
  return {
    async send(response) {
      const gone = new AbortController()
      const onClose = () => gone.abort()
      response.once('close', onClose)
      try {
        const value = await first(gone.signal)
        await sendReply(response, (answering) => then(value, answering), options)
      } catch (error) {
        if (!gone.signal.aborted) throw error
      } finally {
        response.off('close', onClose)
      }
    },
  }
}
