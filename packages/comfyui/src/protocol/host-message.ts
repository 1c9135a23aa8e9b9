/** Host messages: what ComfyUI says on its socket, decoded. Shapes follow docs/comfyui-protocol.md; extra fields are dropped. */

/**
 * One entry of `progress_state.nodes`. Where a failure ends the prompt, the failed node stays `running`; `error`
 * and `blocked` (it needs what failed) are said by hosts that go on with the rest.
 */
export interface ProgressStateNode {
  nodeId: string
  displayNodeId: string
  parentNodeId: string | null
  realNodeId: string
  value: number
  max: number
  state: 'pending' | 'running' | 'finished' | 'error' | 'blocked'
  /** What it does while it does not count yet: `loading`, and whatever else newer hosts say. */
  activity: string | null
}

/** An `execution_error`; `ExecutionBlocked` ones are not the end of the prompt. */
export interface NodeFailure {
  nodeId: string | null
  nodeType: string | null
  exceptionType: string
  message: string
  traceback: string[]
}

export type HostMessage =
  | { type: 'status'; queueRemaining: number | null; sid: string | null }
  | { type: 'feature_flags'; flags: Record<string, unknown> }
  | { type: 'execution_start'; promptId: string }
  | { type: 'execution_cached'; promptId: string; nodes: string[] }
  /** `node` null is the end of the prompt (history is written); `promptId` null is the reconnect hint. */
  | { type: 'executing'; promptId: string | null; node: string | null; displayNode: string | null }
  /** Ticks of one node. Without a node on very old servers. */
  | { type: 'progress'; promptId: string | null; node: string | null; value: number; max: number }
  | { type: 'progress_state'; promptId: string; nodes: ProgressStateNode[] }
  /** The legacy dialect: ticks of whatever is executing. */
  | { type: 'execution_progress'; promptId: string | null; value: number; max: number }
  | {
      type: 'executed'
      promptId: string
      node: string
      displayNode: string | null
      output: Record<string, unknown> | null
    }
  | { type: 'execution_success'; promptId: string }
  /** A node raised, and the host goes on with what does not need it. Not the end of the prompt. */
  | { type: 'execution_node_error'; promptId: string; failure: NodeFailure }
  | { type: 'execution_error'; promptId: string; failure: NodeFailure; blocked: boolean }
  | { type: 'execution_interrupted'; promptId: string; nodeId: string | null }
  /** Binary 1 (no ids) and 4 (with metadata). */
  | {
      type: 'preview'
      promptId: string | null
      nodeId: string | null
      displayNodeId: string | null
      contentType: string
      data: Uint8Array
    }
  /** Binary 3. No promptId on the wire: it may belong to somebody else. */
  | { type: 'text'; nodeId: string; text: string }
  /** Anything else. `name` is the type on the wire, or why it could not be read. */
  | { type: 'unknown'; name: string }
