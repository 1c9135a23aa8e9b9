/** `HostClient`: the HTTP half of ComfyUI, as far as Safelight uses it. */
import type { InputMedia, Workflow } from '@safelight/shared'
import type { HostFeatures } from '../protocol/features.ts'
import type { FileChoices } from './file-choices.ts'
import type { HostAddress } from './host-address.ts'
import type { NodeFailure } from '../protocol/host-message.ts'

export interface SystemStats {
  version: string
  devices: { name: string; type: string; vramTotal: number | null; vramFree: number | null }[]
}

export type NodeInputValue = string | number | boolean

/** One declared input of a node class. */
export interface NodeInput {
  /** `COMBO` also where a list stands in place of the type. */
  type: string
  required: boolean
  /** What a COMBO takes. Absent when that is files: see `FileChoices`. */
  values?: readonly NodeInputValue[]
  files?: 'models' | 'uploads'
  /** The host refuses what is not among the `values` for certain, and they stay as they are while it runs. */
  strict?: boolean
  min?: number
  max?: number
  step?: number
  default?: NodeInputValue
  multiline?: boolean
  multiselect?: boolean
  /** What is uploaded for it. */
  media?: InputMedia
}

/** What /object_info says of one node class, cut down to what checks, forms and progress need. */
export interface NodeClass {
  output: boolean
  /** Number of output slots. */
  outputs: number
  required: string[]
  /** Of ComfyUI itself, not of a custom node. What follows is absent in records of earlier versions. */
  own?: boolean
  /** Of the output slots; null for one that is no name. */
  types?: (string | null)[]
  /** In the order of the node. */
  inputs?: Record<string, NodeInput>
  /** What people call it, where that is not its name. */
  title?: string
  category?: string
}
export type NodeClasses = Record<string, NodeClass>

/** What a host can run. */
export interface ObjectInfo {
  classes: NodeClasses
  files: FileChoices
}

/** Per-node detail of a refused or partly refused prompt, verbatim from ComfyUI less tracebacks. */
export type NodeErrors = Record<
  string,
  {
    class_type: string
    dependent_outputs: string[]
    errors: {
      type: string
      message: string
      details: string
      extra_info: Record<string, unknown>
    }[]
  }
>

export interface PromptSubmission {
  /** Its own JSON text, posted as it is, or a graph to be written. */
  workflow: string | Workflow
  clientId: string
  /** Our own id; only sent to hosts that honour it. */
  promptId: string
  /** Ids of output nodes: only these, and what they need, are to run. Absent: all there are. */
  targets?: readonly string[]
  /** e.g. api_key_comfy_org; never logged */
  extraData?: Record<string, unknown>
  /** Asked right before each part of it goes out, which may be long after the call. @throws what the call throws then: the host has not got it */
  beforePart?: () => Promise<void>
}
/** `nodeErrors` non-empty: the host silently dropped those outputs and runs the rest. */
export interface SubmitAnswer {
  promptId: string
  number: number
  nodeErrors: NodeErrors
}

export interface MarkedPrompt {
  promptId: string
  /** `extra_data.client_id`: our mark on hosts that choose their own ids. */
  clientId: string | null
  outputNodes: string[]
}

export interface QueueItem extends MarkedPrompt {
  number: number
}
export interface QueueState {
  running: QueueItem[]
  pending: QueueItem[]
}

/** A file on the host, as outputs list it. */
export interface FileItem {
  /** Node of the submitted workflow (an expanded node is shown as its display node). */
  node_id: string
  filename: string
  subfolder: string
  type: string
  /** The host did not run the node: it had what it made before. */
  reused?: boolean | undefined
  /** Only a path among other words, as old 3D nodes name their models: it may be no output, and not there. */
  guessed?: boolean | undefined
  /** Pixels, where the host says. */
  width?: number | undefined
  height?: number | undefined
}

/** A text that a node shows: all of it is in what the node returned. */
export interface TextItem {
  /** Node of the submitted workflow. */
  node_id: string
  /** The node as it ran: two of an expansion may be shown as one. */
  runtime_id: string
  /** Place among the texts of the node as it ran, from 0. */
  index: number
  text: string
  reused?: boolean | undefined
}

/** What a node returned, as far as it is something to keep. */
export interface MadeItems {
  files: FileItem[]
  texts: TextItem[]
}

/** A file for the input folder of a host. */
export interface InputFile {
  /** Plain: letters, digits, dashes and dots. */
  name: string
  /** Bytes */
  size: number
  body: AsyncIterable<Uint8Array>
}

/** Nodes failed, and the host went on with what did not need them. */
export interface PartialFailure {
  /** At least one; of a node that the host only named, nothing else is known. */
  failures: NodeFailure[]
  /** What needed those, and therefore never ran. */
  blocked: string[]
}

/** One entry of /history, judged. */
export interface HistoryEntry extends MarkedPrompt {
  outcome: 'succeeded' | 'failed' | 'canceled'
  failure: NodeFailure | null
  /** Of a success that is not whole. */
  partial: PartialFailure | null
  outputs: FileItem[]
  texts: TextItem[]
}

/** Every call takes a signal and has a timeout of its own; failures are `HostError`s with a code. */
export interface HostClient {
  /** As it is now: credentials may change. */
  address(): HostAddress
  /** The same host, asked with another patience. */
  within(timeoutMs: number): HostClient
  systemStats(signal?: AbortSignal): Promise<SystemStats>
  features(signal?: AbortSignal): Promise<HostFeatures>
  /** Of every class: newer hosts search their disks for it. */
  objectInfo(signal?: AbortSignal): Promise<ObjectInfo>
  /** Of one class, which is cheap everywhere. One that the host does not know is in no part of the answer. */
  objectInfoOf(className: string, signal?: AbortSignal): Promise<ObjectInfo>
  submit(request: PromptSubmission, signal?: AbortSignal): Promise<SubmitAnswer>
  queue(signal?: AbortSignal): Promise<QueueState>
  /** How many prompts it holds, the running one included: the cheapest question there is. */
  queueDepth(signal?: AbortSignal): Promise<number>
  history(promptId: string, signal?: AbortSignal): Promise<HistoryEntry | null>
  /** Newest first, also those of which nothing else can be read: for finding our mark on hosts that choose ids. */
  recentHistory(maxItems: number, signal?: AbortSignal): Promise<MarkedPrompt[]>
  deletePending(promptId: string, signal?: AbortSignal): Promise<void>
  /** Targeted; on hosts that ignore the target it throws `unsupported` rather than stop somebody else's picture. */
  interrupt(promptId: string, signal?: AbortSignal): Promise<void>
  /** The global interrupt, for hosts that know no other. Only for a caller who just saw that its own prompt runs. */
  interruptWhateverRuns(signal?: AbortSignal): Promise<void>
  /** Those it does not know are no error. */
  forget(promptIds: readonly string[], signal?: AbortSignal): Promise<void>
  /** Unloads every model and frees the memory, after the prompt that runs: a GPU that ran out of it starts afresh. */
  free(signal?: AbortSignal): Promise<void>
  /**
   * Puts a file into the root of the host's input folder, in place of one that is there under the same name.
   * @returns how nodes name it
   * @throws HostError `too_large` when the host takes none of this size; and, as it is, what the body throws
   */
  upload(file: InputFile, signal?: AbortSignal): Promise<string>
  /** How many bytes the file of this name has in the input folder; null when there is none. */
  inputSize(name: string, signal?: AbortSignal): Promise<number | null>
  /** The file's bytes as a web stream plus what the host says of it. */
  view(
    file: FileItem,
    signal?: AbortSignal,
  ): Promise<{ body: ReadableStream<Uint8Array>; contentType: string; size: number | null }>
}
