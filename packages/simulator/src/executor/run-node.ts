/** One step of a node: answer from the cache, finish what was pending, or run it. */
import { keyError, messageOf, PythonError, pythonTypeOf, raisedFault } from '../python-error.ts'
import { isLink } from '../graph/prompt-graph.ts'
import { inputsOfNode, type NodeDefinition } from '../nodes/node-class.ts'
import { describeValue } from '../nodes/describe-value.ts'
import type { Json } from '../record.ts'
import { addExpansion, resolveExpansion } from './expansion.ts'
import { Interrupted } from './interrupt.ts'
import {
  gatherInputs,
  type InputLists,
  type MappedResult,
  mapNode,
  mergeOutputs,
} from './map-node.ts'
import { createNodeContext } from './node-context.ts'
import type { SimulatedHost, PromptRun } from './prompt-run.ts'
import { withAssetIds } from './asset-ids.ts'
import { sendBlocked } from './blocked.ts'

export type NodeStep =
  | { readonly state: 'done' }
  | { readonly state: 'pending' }
  | { readonly state: 'failed'; readonly failure: RaisedFailure }

export interface RaisedFailure {
  /** The submitted node that is to blame, even when an inner one failed. */
  readonly nodeId: string
  readonly interrupted: boolean
  readonly details: {
    readonly exception_message: string
    readonly exception_type: string
    readonly traceback: readonly string[]
    readonly current_inputs: Json | readonly unknown[]
  }
}

export async function runNode(
  host: SimulatedHost,
  run: PromptRun,
  nodeId: string,
): Promise<NodeStep> {
  const nodeClass = host.classes.get(run.graph.node(nodeId).class_type)
  if (!nodeClass) throw keyError(run.graph.node(nodeId).class_type)
  const cached = run.cache.get(nodeId)
  if (cached) {
    announceCached(host, run, nodeId)
    run.progress.finish(nodeId)
    return { state: 'done' }
  }

  const execution: NodeExecution = { nodeId, nodeClass, lists: null }
  try {
    const outputs = await produce(host, run, execution)
    if (!outputs) return { state: 'pending' }
    run.cache.set(nodeId, { outputs, ui: run.uiOutputs.get(nodeId) ?? null })
  } catch (error) {
    if (host.clock.closed) throw error
    return { state: 'failed', failure: toFailure(host, run, { ...execution, error }) }
  }
  run.progress.finish(nodeId)
  run.executed.add(nodeId)
  return { state: 'done' }
}

interface NodeExecution {
  readonly nodeId: string
  readonly nodeClass: NodeDefinition
  lists: InputLists | null
}

/** The node's outputs, or null while it waits for lazy inputs, an expansion or an async run. */
async function produce(
  host: SimulatedHost,
  run: PromptRun,
  execution: NodeExecution,
): Promise<unknown[][] | null> {
  const { nodeId, nodeClass } = execution
  const expanded = run.expansions.get(nodeId)
  if (expanded) return mergeOutputs(nodeClass, resolveExpansion(run, expanded))

  const landed = run.inFlight.get(nodeId)
  if (landed) run.inFlight.delete(nodeId)
  const mapped = landed ? await landed : await begin(host, run, execution)
  if (!mapped) return null

  if (mapped.ui) announceUi(host, run, { nodeId, output: mapped.ui })
  if (mapped.results.some((result) => result.expand !== null)) {
    addExpansion(host, run, { nodeId, results: mapped.results })
    return null
  }
  return mergeOutputs(
    nodeClass,
    mapped.results.map((result) => result.outputs),
  )
}

async function begin(
  host: SimulatedHost,
  run: PromptRun,
  execution: NodeExecution,
): Promise<MappedResult | null> {
  const { nodeId, nodeClass } = execution
  const { graph } = run
  run.progress.start(nodeId)
  const { inputs = {} } = graph.node(nodeId)
  const declared = inputsOfNode(nodeClass, host.environment, inputs)
  const lists = gatherInputs(nodeId, { graph, declared, cached: run.cache.get })
  execution.lists = lists
  if (run.clientId !== null) {
    const display = graph.displayId(nodeId)
    host.current.lastNodeId = display
    host.delivery.send(
      'executing',
      { node: nodeId, display_node: display, prompt_id: run.promptId },
      run.clientId,
    )
  }
  await host.clock.yield()
  if (requestLazyInputs(run, execution)) return null

  const mapping = mapNode({
    nodeClass,
    lists,
    run(inputs, index) {
      host.interrupt.throwIfRaised()
      const { nodesRaise } = host.faults.get()
      if (nodesRaise !== 'none') throw raisedFault(nodesRaise)
      return nodeClass.run(inputs, createNodeContext(host, run, { nodeId, index }))
    },
    blocked: (blocker) => sendBlocked(host, run, { nodeId, nodeClass, blocker }),
  })
  if (!nodeClass.async) return mapping

  const unblock = run.list.block(nodeId)
  run.inFlight.set(nodeId, mapping)
  // The outcome is read on this node's next step; here only its end matters.
  mapping.then(unblock, unblock)
  return null
}

function requestLazyInputs(run: PromptRun, { nodeId, nodeClass, lists }: NodeExecution): boolean {
  if (!nodeClass.wanted || !lists) return false
  const first = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list[0]]))
  const inputs = run.graph.node(nodeId).inputs ?? {}
  let requested = false
  for (const name of nodeClass.wanted(first)) {
    const link = inputs[name]
    if (!isLink(link)) continue
    run.list.addLink(link[0], nodeId)
    requested = true
  }
  return requested
}

function announceCached(host: SimulatedHost, run: PromptRun, nodeId: string): void {
  if (run.clientId === null) return
  const { newest } = host.environment.traits
  if (newest && run.uiOutputs.has(nodeId)) return
  const kept = run.cache.get(nodeId)?.ui ?? null
  const ui = kept && { ...kept, output: withAssetIds(kept.output, newest) }
  if (ui) run.uiOutputs.set(nodeId, ui)
  host.delivery.send(
    'executed',
    {
      node: nodeId,
      display_node: run.graph.displayId(nodeId),
      output: ui?.output ?? null,
      prompt_id: run.promptId,
    },
    run.clientId,
  )
}

function announceUi(
  host: SimulatedHost,
  run: PromptRun,
  { nodeId, output: made }: { nodeId: string; output: Readonly<Json> },
): void {
  const output = withAssetIds(made, host.environment.traits.newest)
  const display = run.graph.displayId(nodeId)
  const meta = {
    node_id: nodeId,
    display_node: display,
    parent_node: run.graph.parentId(nodeId),
    real_node_id: run.graph.realId(nodeId),
  }
  run.uiOutputs.set(nodeId, { meta, output })
  if (run.clientId === null) return
  const message = { node: nodeId, display_node: display, output, prompt_id: run.promptId }
  host.delivery.send('executed', message, run.clientId)
}

const MEMORY_TIPS =
  'This error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.'

function toFailure(
  host: SimulatedHost,
  run: PromptRun,
  { nodeId, lists, error }: NodeExecution & { error: unknown },
): RaisedFailure {
  const type = pythonTypeOf(error)
  const isMemory = type === 'torch.OutOfMemoryError'
  if (isMemory) host.loadedModels.clear()
  const tips = host.environment.traits.errorTips ? `\n${isMemory ? MEMORY_TIPS : ''}` : ''
  const inputs = Object.entries(lists ?? {}).map(([name, list]) => [name, list.map(describeValue)])
  return {
    nodeId: run.graph.realId(nodeId),
    interrupted: error instanceof Interrupted,
    details: {
      exception_message: `${messageOf(error)}${tips}`,
      exception_type: type,
      traceback: tracebackOf(error),
      current_inputs: Object.fromEntries(inputs),
    },
  }
}

function tracebackOf(error: unknown): string[] {
  const raised = error instanceof PythonError ? `    raise ${error.type}(...)\n` : ''
  return [
    '  File "/opt/ComfyUI/execution.py", line 545, in execute\n    output_data, output_ui, has_subgraph, has_pending_tasks = await get_output_data(prompt_id, unique_id, obj, input_data_all)\n',
    '  File "/opt/ComfyUI/execution.py", line 306, in process_inputs\n    result = f(**inputs)\n',
    `  File "/opt/ComfyUI/custom_nodes/nodes/__init__.py", line 25, in run\n${raised}`,
  ]
}
