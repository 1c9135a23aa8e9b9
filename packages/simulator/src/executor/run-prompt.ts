/** One prompt from execution_start to its terminal message. */
import { createExecutionList } from '../graph/execution-list.ts'
import type { OutputCache } from '../graph/output-cache.ts'
import { createDynamicGraph } from '../graph/prompt-graph.ts'
import { inputInfo, inputsOfClass } from '../nodes/node-class.ts'
import { type Json, readText } from '../record.ts'
import type { StatusMessage } from './history.ts'
import { createLosses } from './losses.ts'
import { createProgress } from './progress.ts'
import type { QueuedPrompt } from './prompt-queue.ts'
import type { SimulatedHost, PromptRun } from './prompt-run.ts'
import { type RaisedFailure, runNode } from './run-node.ts'

export interface PromptResult {
  readonly outcome: 'success' | 'error' | 'interrupted'
  /** ComfyUI's own flag, which a cycle found while running leaves at the last node's success. */
  readonly reportsSuccess: boolean
  readonly messages: readonly StatusMessage[]
  readonly outputs: Json
  readonly meta: Json
}

export async function executePrompt(
  host: SimulatedHost,
  cache: OutputCache,
  item: QueuedPrompt,
): Promise<PromptResult> {
  const { promptId } = item
  const clientId = readText(item.extraData['client_id']) ?? null
  host.interrupt.clear()
  host.current.clientId = clientId
  host.current.lastNodeId = null

  const messages: StatusMessage[] = []
  const send = (event: string, data: Json, broadcast = false): void => {
    const message = { ...data, prompt_id: promptId, timestamp: Date.now() }
    messages.push([event, message])
    if (clientId !== null || broadcast) host.delivery.send(event, message, clientId)
  }

  send('execution_start', {})
  if (host.faults.get().cacheEvicts) cache.evict()
  const run = openRun(host, cache, { item, clientId })
  const cached = Object.keys(item.prompt).filter((id) => run.cache.get(id) !== undefined)
  send('execution_cached', { nodes: cached })
  for (const nodeId of item.outputs) run.list.addNode(nodeId)

  let outcome: PromptResult['outcome'] = 'success'
  let reportsSuccess = true
  const losses = createLosses(run, send)
  const fail = (failure: RaisedFailure): void => {
    outcome = failure.interrupted ? 'interrupted' : 'error'
    sendFailure(run, failure, send)
  }
  for (;;) {
    const staged = await run.list.stage()
    if (staged.state === 'empty') {
      // A prompt without a tick of progress has its last chance to be cut off here.
      host.exitIfDue('execution')
      const fatal = losses.fatal(item.outputs)
      reportsSuccess = fatal === null
      if (fatal) fail(fatal)
      else send('execution_success', losses.summary())
      break
    }
    const step =
      staged.state === 'cycle'
        ? { state: 'failed' as const, failure: cycleFailure(staged.blamedId) }
        : await runNode(host, run, staged.nodeId)
    if (staged.state === 'ready') reportsSuccess = step.state !== 'failed'
    if (step.state === 'failed') {
      const isBearable = staged.state === 'ready' && !step.failure.interrupted
      if (isBearable && host.faults.get().partialSuccess) {
        losses.add(staged.nodeId, step.failure)
        continue
      }
      fail(step.failure)
      break
    }
    if (step.state === 'done' && staged.state === 'ready') run.list.complete(staged.nodeId)
  }
  host.current.lastNodeId = null
  return { outcome, reportsSuccess, messages, ...collectUi(run) }
}

function openRun(
  host: SimulatedHost,
  cache: OutputCache,
  { item, clientId }: { item: QueuedPrompt; clientId: string | null },
): PromptRun {
  const graph = createDynamicGraph(item.prompt)
  const classAt = (nodeId: string) => host.classes.get(graph.node(nodeId).class_type)
  const promptCache = cache.beginPrompt(graph, (nodeId, node) =>
    host.classes.identityOf(nodeId, node),
  )
  const list = createExecutionList(graph, {
    isOutput: (nodeId) => classAt(nodeId)?.outputNode === true,
    isAsync: (nodeId) => classAt(nodeId)?.async === true,
    stopsAtCached: host.environment.traits.newest,
    isCached: (nodeId) => promptCache.get(nodeId) !== undefined,
    isLazyInput(nodeId, input) {
      const nodeClass = classAt(nodeId)
      if (!nodeClass) return false
      return inputInfo(inputsOfClass(nodeClass, host.environment), input)?.options['lazy'] === true
    },
  })
  const progress = createProgress({
    delivery: host.delivery,
    traits: host.environment.traits,
    graph,
    promptId: item.promptId,
    clientId,
    lastNodeId: () => host.current.lastNodeId,
    onTick: host.ticked,
    metadata: host.metadata,
  })
  return {
    promptId: item.promptId,
    clientId,
    extraData: item.extraData,
    graph,
    list,
    cache: promptCache,
    progress,
    executed: new Set(),
    uiOutputs: new Map(),
    expansions: new Map(),
    inFlight: new Map(),
  }
}

function cycleFailure(nodeId: string): RaisedFailure {
  return {
    nodeId,
    interrupted: false,
    details: {
      exception_message: 'Dependency cycle detected',
      exception_type: 'graph.DependencyCycleError',
      traceback: [],
      current_inputs: [],
    },
  }
}

function sendFailure(
  run: PromptRun,
  failure: RaisedFailure,
  send: (event: string, data: Json, broadcast?: boolean) => void,
): void {
  const where = {
    node_id: failure.nodeId,
    node_type: run.graph.node(failure.nodeId).class_type,
    executed: [...run.executed],
  }
  if (failure.interrupted) {
    send('execution_interrupted', where, true)
    return
  }
  const current_outputs = Object.keys(run.graph.original)
  send('execution_error', { ...where, ...failure.details, current_outputs })
}

function collectUi(run: PromptRun): { outputs: Json; meta: Json } {
  const entries = [...run.uiOutputs]
  return {
    outputs: Object.fromEntries(entries.map(([id, ui]) => [id, ui.output])),
    meta: Object.fromEntries(entries.map(([id, ui]) => [id, ui.meta])),
  }
}
