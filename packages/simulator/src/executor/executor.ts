/** The one worker: takes prompts in turn, runs them, writes history, and dies of what it cannot catch. */
import type { OutputCache } from '../graph/output-cache.ts'
import { isRecord, readText } from '../record.ts'
import type { ExecutionLog } from './execution-log.ts'
import type { History, HistoryRecord } from './history.ts'
import type { PromptQueue, QueuedPrompt } from './prompt-queue.ts'
import type { ServerLog } from './server-log.ts'
import type { SimulatedHost } from './prompt-run.ts'
import { executePrompt, type PromptResult } from './run-prompt.ts'

export interface MemoryRequest {
  unloadModels: boolean
  dropCache: boolean
}

export interface Executor {
  /** What POST /free asked for; applied before the next prompt runs. */
  readonly memory: MemoryRequest
}

export interface ExecutorDeps {
  readonly host: SimulatedHost
  readonly queue: PromptQueue
  readonly history: History
  readonly cache: OutputCache
  readonly executions: ExecutionLog
  readonly log: ServerLog
}

export function startExecutor(deps: ExecutorDeps): Executor {
  const { host, queue, history, cache, executions, log } = deps
  const memory: MemoryRequest = { unloadModels: false, dropCache: false }

  const runNext = async (): Promise<void> => {
    const item = await queue.take()
    applyMemoryRequest(memory, host, cache)
    await host.clock.yield()
    const clientId = readText(item.extraData['client_id']) ?? null
    const chosen = item.extraData['workflow_metadata']
    host.current.metadata = isRecord(chosen) ? chosen : {}
    const execution = executions.begin({ promptId: item.promptId, clientId, number: item.number })
    const { executorDead, promptCrashes } = host.faults.get()
    if (promptCrashes) host.faults.set({ promptCrashes: false })
    const dying = executorDead || promptCrashes
    const running = dying ? dieOf(host, item.promptId, clientId) : executePrompt(host, cache, item)
    const result = await running.catch((error: unknown) => {
      if (promptCrashes) return CRASHED
      executions.end(execution, 'crashed')
      throw error
    })
    executions.end(execution, result.outcome)
    const tookMs = (execution.endedAt ?? execution.startedAt) - execution.startedAt
    log.print(`Prompt executed in ${(tookMs / 1000).toFixed(2)} seconds`)
    const forgets = result.outcome === 'success' && host.faults.get().historyGone
    if (!forgets) history.add(toRecord(item, result))
    queue.done()
    if (clientId !== null) {
      host.delivery.send('executing', { node: null, prompt_id: item.promptId }, clientId)
    }
    host.current.metadata = {}
  }

  const work = async (): Promise<void> => {
    while (!host.clock.closed) await runNext()
  }

  // ComfyUI's worker thread dies just so: HTTP goes on answering, the prompt stays in queue_running.
  work().catch(() => undefined)

  return { memory }
}

/** A worker that outlives what it did not catch has nothing to tell but that it was no success. */
const CRASHED: PromptResult = {
  outcome: 'error',
  reportsSuccess: false,
  messages: [],
  outputs: {},
  meta: {},
}

function toRecord(item: QueuedPrompt, result: PromptResult): HistoryRecord {
  return {
    item,
    outputs: result.outputs,
    meta: result.meta,
    status: {
      status_str: result.reportsSuccess ? 'success' : 'error',
      completed: result.reportsSuccess,
      messages: result.messages,
    },
  }
}

/** Something escapes the executor's own error handling right after the prompt was announced. */
async function dieOf(
  host: SimulatedHost,
  promptId: string,
  clientId: string | null,
): Promise<never> {
  host.current.clientId = clientId
  if (clientId !== null) {
    const message = { prompt_id: promptId, timestamp: Date.now() }
    host.delivery.send('execution_start', message, clientId)
  }
  throw new Error('the executor died')
}

function applyMemoryRequest(memory: MemoryRequest, host: SimulatedHost, cache: OutputCache): void {
  if (memory.unloadModels || memory.dropCache) host.loadedModels.clear()
  if (memory.dropCache) cache.clear()
  memory.unloadModels = false
  memory.dropCache = false
}
