/** Every prompt that really began to run, across restarts: one id twice means it was paid for twice. */
import { createRecent } from '../recent.ts'

export interface Execution {
  readonly promptId: string
  /** Who submitted it: our only mark on hosts that choose the promptId themselves. */
  readonly clientId: string | null
  /** Its place in the queue, as POST /prompt answered it. */
  readonly number: number
  /** ms since the epoch, to the microsecond: between two prompts a host is idle for less than one of them. */
  readonly startedAt: number
  /** null while it runs, and for ever if it was cut off. */
  endedAt: number | null
  /** crashed: the executor died of it, or the server ended under it. */
  outcome: 'running' | 'success' | 'error' | 'interrupted' | 'crashed'
}

export interface ExecutionEvent extends Readonly<Execution> {
  readonly event: 'start' | 'end'
  readonly at: number
}

export interface ExecutionLog {
  begin(prompt: Pick<Execution, 'promptId' | 'clientId' | 'number'>): Execution
  end(execution: Execution, outcome: Exclude<Execution['outcome'], 'running'>): void
  /** As they are now. @param from of all that ever began, the first to be told */
  readonly list: (from?: number) => Execution[]
  /** How many ever began. */
  readonly count: () => number
}

/** Far more than a test looks at. */
const MOST_KEPT = 50_000

/** `onEvent` is called at each start and end, before anything else happens. */
export function createExecutionLog(onEvent: (event: ExecutionEvent) => void): ExecutionLog {
  const executions = createRecent<Execution>(MOST_KEPT)

  return {
    begin(prompt) {
      const startedAt = preciseNow()
      const execution: Execution = { ...prompt, startedAt, endedAt: null, outcome: 'running' }
      executions.add(execution)
      onEvent({ event: 'start', at: startedAt, ...execution })
      return execution
    },
    end(execution, outcome) {
      const at = preciseNow()
      execution.outcome = outcome
      if (outcome !== 'crashed') execution.endedAt = at
      onEvent({ event: 'end', at, ...execution })
    },
    list: (from) => executions.list(from).map((execution) => ({ ...execution })),
    count: executions.count,
  }
}

export function preciseNow(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000) / 1_000
}
