/** What a node class is: its inputs and outputs as object_info shows them, and what a run does. */
import type { ProgressBar } from '../executor/progress-bar.ts'
import type { DialectTraits } from '../dialect.ts'
import type { FileStore } from '../files/file-store.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { DynamicGraph, PromptGraph, PromptNode } from '../graph/prompt-graph.ts'
import type { Scenes } from '../picture/scenes.ts'
import type { Pause } from '../picture/slices.ts'
import type { Random } from '../random.ts'
import type { Json } from '../record.ts'
import type { PreviewImage } from '../delivery/frames.ts'
import type { ModelFiles } from './models.ts'
import type { LoadedModels } from './loaded-models.ts'

/** A type name, or the allowed values; then the options, exactly as Python declares them. */
export type InputSpec = readonly [type: string | readonly string[], options?: Readonly<Json>]

export interface NodeInputs {
  readonly required?: Readonly<Record<string, InputSpec>>
  readonly optional?: Readonly<Record<string, InputSpec>>
  readonly hidden?: Readonly<Record<string, string>>
}

export interface NodeOutput {
  readonly type: string
  readonly name?: string
  readonly isList?: boolean
  readonly tooltip?: string
}

/** What a class may look at outside of a run. */
export interface NodeEnvironment {
  readonly traits: DialectTraits
  readonly files: FileStore
  readonly models: ModelFiles
}

export interface NodeContext extends NodeEnvironment {
  readonly nodeId: string
  readonly graph: DynamicGraph
  readonly extraData: Readonly<Json>
  readonly random: Random
  /** Checkpoints in memory: loading one is slow. */
  readonly loadedModels: LoadedModels
  readonly scenes: Scenes
  /** For long work: others have their turn in between. */
  readonly pause: Pause
  /** Whether the client of this prompt is there; pictures nobody sees need not be drawn. */
  hasListener(): boolean
  readonly previews: boolean
  /** Milliseconds of ComfyUI's time. */
  sleep(ms: number): Promise<void>
  progressBar(max: number): ProgressBar
  /** Shown with the node's progress until that moves. */
  announceActivity(activity: string): void
  throwIfInterrupted(): void
  /** Asked once by what needs much memory. */
  runsOutOfMemory(): boolean
  sendText(text: string): void
  /** Text in the name of another node, heard by everyone. */
  broadcastText(nodeId: string, text: string): void
  builder(): GraphBuilder
}

export interface NodeResult {
  /** One value per output slot; a link of the expansion, when there is one. */
  readonly outputs?: readonly unknown[]
  readonly ui?: Readonly<Record<string, readonly unknown[]>>
  readonly expand?: PromptGraph
  readonly loop?: LoopExpansion
}

/** What the expansion of a loop does to the submitted nodes it copies. */
export interface LoopExpansion {
  /** Never run themselves: their copies do. */
  readonly body: readonly string[]
  readonly endId: string
  /** What the end is made of once the copies are there. */
  readonly end: PromptNode
  /** The end waits for this one. */
  readonly resultId: string
}

/** Stands for a value that must not travel on; a message makes it announce itself. */
export class ExecutionBlocker {
  readonly message: string | null
  constructor(message: string | null) {
    this.message = message
  }
}

export interface NodeDefinition {
  readonly name: string
  readonly displayName?: string
  readonly description?: string
  readonly category: string
  readonly module?: string
  readonly inputs: NodeInputs | ((environment: NodeEnvironment) => NodeInputs)
  readonly outputs: readonly NodeOutput[]
  readonly outputNode?: boolean
  /** One run over whole lists, instead of one run per item. */
  readonly inputIsList?: boolean
  /** Inputs that depend on the values of others: `mode.num_iterations`. */
  dynamicInputs?(inputs: Readonly<Json>): NodeInputs
  /** The input whose value names no set of dynamic inputs. */
  invalidDynamicInput?(inputs: Readonly<Json>): string | null
  /** Runs beside other nodes; exists only on servers that can do that. */
  readonly async?: boolean
  readonly searchAliases?: readonly string[]
  /** Checks these inputs itself: input name → what is wrong. Such inputs skip the range and list checks. */
  readonly validates?: Readonly<
    Record<string, (value: unknown, env: NodeEnvironment) => string | null>
  >
  /** Checks the node as a whole, of no input in particular. */
  validatesNode?(inputs: Readonly<Json>, environment: NodeEnvironment): string | null
  /** Changes when the outside world does (a file's content). */
  fingerprint?(inputs: Readonly<Json>, environment: NodeEnvironment): string
  /** Lazy inputs wanted after all, given those already there. */
  wanted?(inputs: Readonly<Json>): readonly string[]
  run(inputs: Readonly<Json>, context: NodeContext): NodeResult | Promise<NodeResult>
}

export type { PreviewImage }

export function inputsOfClass(nodeClass: NodeDefinition, environment: NodeEnvironment): NodeInputs {
  return typeof nodeClass.inputs === 'function' ? nodeClass.inputs(environment) : nodeClass.inputs
}

/** The same for one node of a graph, dynamic inputs and all. */
export function inputsOfNode(
  nodeClass: NodeDefinition,
  environment: NodeEnvironment,
  inputs: Readonly<Json>,
): NodeInputs {
  const declared = inputsOfClass(nodeClass, environment)
  const dynamic = nodeClass.dynamicInputs?.(inputs)
  if (!dynamic) return declared
  return {
    ...declared,
    required: { ...declared.required, ...dynamic.required },
    optional: { ...declared.optional, ...dynamic.optional },
  }
}

export interface InputInfo {
  readonly category: 'required' | 'optional' | 'hidden'
  readonly type: string | readonly string[]
  readonly options: Readonly<Json>
}

export function inputInfo(inputs: NodeInputs, name: string): InputInfo | null {
  for (const category of ['required', 'optional'] as const) {
    const spec = inputs[category]?.[name]
    if (spec) return { category, type: spec[0], options: spec[1] ?? {} }
  }
  const hidden = inputs.hidden?.[name]
  return hidden === undefined ? null : { category: 'hidden', type: hidden, options: {} }
}
