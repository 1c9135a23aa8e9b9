/** Every prompt that really began to run, across restarts: one id twice means it was paid for twice. */

export interface Execution {
  readonly promptId: string
  /** Who submitted it: our only mark on hosts that choose the promptId themselves. */
  readonly clientId: string | null
  /** Its place in the queue, as POST /prompt answered it. */
  readonly number: number
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
  readonly list: () => Execution[]
}

/** `onEvent` is called at each start and end, before anything else happens. */
export function createExecutionLog(onEvent: (event: ExecutionEvent) => void): ExecutionLog {
  const executions: Execution[] = []

  return {
    begin(prompt) {
      const startedAt = Date.now()
      const execution: Execution = { ...prompt, startedAt, endedAt: null, outcome: 'running' }
      executions.push(execution)
      onEvent({ event: 'start', at: startedAt, ...execution })
      return execution
    },
    end(execution, outcome) {
      const at = Date.now()
      execution.outcome = outcome
      if (outcome !== 'crashed') execution.endedAt = at
      onEvent({ event: 'end', at, ...execution })
    },
    list: () => executions.map((execution) => ({ ...execution })),
  }
}
