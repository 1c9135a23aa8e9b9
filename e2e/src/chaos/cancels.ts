/**
 * Had the prompt ended when its job was told to be canceled? By one clock, that of this machine: hosts stamp each start
 * and end of an execution with it before anything else happens, and we the moment at which the end of the job is heard.
 * That is later than its writing, so what is found is really so. The time that the event bears is none to compare with:
 * it is what its worker takes for Redis' time, which is behind by as much as the answer was late that it knows that
 * from. Pure.
 */
import type { HostExecution } from './twice.ts'

export interface CancelCount {
  /** Cancels that were heard as they came about. */
  heard: number
  /** Executions of these jobs, and how long before the cancel the latest of them ended; null where there are none. */
  executions: number
  closestMs: number | null
  /** In words, one per execution that went on, or began, when its job was canceled already. */
  runOn: string[]
}

export function countCancels(
  executions: readonly HostExecution[],
  canceledAt: ReadonlyMap<string, number>,
): CancelCount {
  const canceled = executions.flatMap((one) => {
    const at = canceledAt.get(one.jobId)
    // one that was cut off with its host ended nobody knows when
    return at === undefined ? [] : [{ ...one, beforeMs: at - (one.endedAt ?? one.startedAt), at }]
  })
  const before = canceled.map(({ beforeMs }) => beforeMs).filter((ms) => ms >= 0)
  return {
    heard: canceledAt.size,
    executions: canceled.length,
    closestMs: before.length > 0 ? Math.min(...before) : null,
    runOn: canceled
      .filter(({ beforeMs }) => beforeMs < 0)
      .map(({ jobId, host, startedAt, outcome, beforeMs, at }) => {
        const what = startedAt > at ? 'began' : `ended (${outcome})`
        return `${jobId} ${what} on ${host} ${Math.ceil(-beforeMs)} ms after it was canceled`
      }),
  }
}
