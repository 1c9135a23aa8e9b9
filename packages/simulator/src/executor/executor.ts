/** The one worker: takes prompts in turn, runs them, writes history, and dies of what it cannot catch. */
import type { OutputCache } from '../graph/output-cache.ts'
import { readText } from '../record.ts'
import type { History } from './history.ts'
import type { PromptQueue } from './prompt-queue.ts'
import type { Host } from './prompt-run.ts'
import { runPrompt } from './run-prompt.ts'

export interface Execution {
  readonly promptId: string
  /** Who submitted it: our only mark on hosts that choose the promptId themselves. */
  readonly clientId: string | null
  readonly startedAt: number
  /** null while it runs, and for ever if the executor died of it. */
  endedAt: number | null
  outcome: 'running' | 'success' | 'error' | 'interrupted' | 'crashed'
}

export interface MemoryRequest {
  unloadModels: boolean
  dropCache: boolean
}

export interface Executor {
  /** Every prompt that really began to run, in order. */
  readonly executions: () => Execution[]
  /** What POST /free asked for; honoured before the next prompt runs. */
  readonly memory: MemoryRequest
}

export interface ExecutorDeps {
  readonly host: Host
  readonly queue: PromptQueue
  readonly history: History
  readonly cache: OutputCache
  /** Told at the beginning and at the end of each execution. */
  readonly onExecution?: ((execution: Execution) => void) | undefined
}

export function startExecutor(deps: ExecutorDeps): Executor {
  const { host, queue, history, cache } = deps
  const executions: Execution[] = []
  const memory: MemoryRequest = { unloadModels: false, dropCache: false }

  const runNext = async (): Promise<void> => {
    const item = await queue.take()
    honour(memory, host, cache)
    await host.clock.yield()
    const execution: Execution = {
      promptId: item.promptId,
      clientId: readText(item.extraData['client_id']) ?? null,
      startedAt: Date.now(),
      endedAt: null,
      outcome: 'running',
    }
    executions.push(execution)
    deps.onExecution?.({ ...execution })
    const running = runPrompt(host, cache, item)
    const result = await running.catch((error: unknown) => {
      execution.outcome = 'crashed'
      throw error
    })
    execution.outcome = result.outcome
    execution.endedAt = Date.now()
    deps.onExecution?.({ ...execution })
    history.add({
      item,
      outputs: result.outputs,
      meta: result.meta,
      status: {
        status_str: result.saysSuccess ? 'success' : 'error',
        completed: result.saysSuccess,
        messages: result.messages,
      },
    })
    queue.done()
    const { clientId } = host.current
    if (clientId !== null) {
      host.delivery.send('executing', { node: null, prompt_id: item.promptId }, clientId)
    }
  }

  const work = async (): Promise<void> => {
    while (!host.clock.closed) await runNext()
  }

  // ComfyUI's worker thread dies just so: HTTP goes on answering, the prompt stays in queue_running.
  work().catch(() => undefined)

  return {
    executions: () => executions.map((execution) => ({ ...execution })),
    memory,
  }
}

function honour(memory: MemoryRequest, host: Host, cache: OutputCache): void {
  if (memory.unloadModels || memory.dropCache) host.loadedModels.clear()
  if (memory.dropCache) cache.clear()
  memory.unloadModels = false
  memory.dropCache = false
}
