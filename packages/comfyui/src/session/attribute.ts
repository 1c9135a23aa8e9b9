/**
 * Which host messages belong to our prompt. Pure.
 *
 * A host broadcasts more than it should: progress and previews of prompts without a client, text frames of
 * anybody, and on 0.3.45–0.3.57 everyone's progress_state. What names a prompt is ours when it names ours.
 * What names none is ours only while our prompt is the one that runs: a host runs one at a time.
 * Of the nodes that a message of ours is shown as, only those of our workflow are believed.
 */
import { makerOf, type NamedNode, shownNode } from '../graph/shown-node.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import { assertNever } from '@safelight/shared'

export interface Attribution {
  readonly promptId: string
  /** Node ids of our workflow. */
  readonly nodeIds: ReadonlySet<string>
  /** Messages on this very connection said that our prompt runs, and none that it ended. */
  readonly announcedRunning: boolean
  /** The last look at the queue found it running. */
  readonly foundRunning: boolean
}

export function startAttribution(promptId: string, nodeIds: Iterable<string>): Attribution {
  return { promptId, nodeIds: new Set(nodeIds), announcedRunning: false, foundRunning: false }
}

export interface Attributed {
  state: Attribution
  ours: boolean
  /** The message; if it is ours, shown as nodes of our workflow only. */
  message: HostMessage
}

export function attribute(state: Attribution, message: HostMessage): Attributed {
  if (!isOurs(state, message)) return { state, ours: false, message }
  return {
    state: { ...state, announcedRunning: !isEnd(message) },
    ours: true,
    message: withOurNodes(message, state.nodeIds),
  }
}

function withOurNodes(message: HostMessage, ids: ReadonlySet<string>): HostMessage {
  const shown = (node: string | null, display: string | null) =>
    node === null ? null : shownNode({ node, display }, ids)
  switch (message.type) {
    case 'executing':
      return { ...message, displayNode: shown(message.node, message.displayNode) }
    case 'executed':
      // the only one that is also sent of what comes from the cache, with what was said when it was made
      return { ...message, displayNode: shownNode({ ...toNamed(message), maybeCached: true }, ids) }
    case 'preview':
      return { ...message, displayNodeId: shown(message.nodeId, message.displayNodeId) }
    case 'progress_state':
      return {
        ...message,
        nodes: message.nodes.map((node) => ({
          ...node,
          displayNodeId: shown(node.nodeId, node.displayNodeId) ?? node.nodeId,
        })),
      }
    case 'execution_error':
    case 'execution_node_error':
      return {
        ...message,
        failure: { ...message.failure, nodeId: shown(message.failure.nodeId, null) },
      }
    default:
      return message
  }
}

function toNamed({ node, displayNode }: HostMessage & { type: 'executed' }): NamedNode {
  return { node, display: displayNode }
}

/** Whether the message announces that the prompt has ended; history has the last word. */
export function isEnd(message: HostMessage): boolean {
  switch (message.type) {
    case 'execution_success':
    case 'execution_interrupted':
      return true
    case 'execution_error':
      return !message.blocked
    case 'executing':
      return message.node === null
    case 'status':
    case 'feature_flags':
    case 'execution_start':
    case 'execution_cached':
    case 'progress':
    case 'progress_state':
    case 'execution_progress':
    case 'executed':
    case 'execution_node_error':
    case 'preview':
    case 'text':
    case 'unknown':
      return false
    default:
      return assertNever(message)
  }
}

function isOurs(state: Attribution, message: HostMessage): boolean {
  switch (message.type) {
    case 'status':
    case 'feature_flags':
    case 'unknown':
      return false
    case 'text':
      return isRunning(state) && isOurNode(state, message.nodeId)
    case 'preview':
      // a frame without ids is only safe on the connection that brought the start of our prompt
      return message.promptId === null
        ? state.announcedRunning
        : message.promptId === state.promptId
    case 'executing':
      // without a prompt it is the hint a reconnecting client gets: the node that runs now
      if (message.promptId !== null) return message.promptId === state.promptId
      return isRunning(state) && message.node !== null && isOurNode(state, message.node)
    case 'progress':
    case 'execution_progress':
      if (message.promptId !== null) return message.promptId === state.promptId
      return isRunning(state)
    case 'execution_start':
    case 'execution_cached':
    case 'progress_state':
    case 'executed':
    case 'execution_success':
    case 'execution_error':
    case 'execution_node_error':
    case 'execution_interrupted':
      return message.promptId === state.promptId
    default:
      return assertNever(message)
  }
}

function isRunning(state: Attribution): boolean {
  return state.announcedRunning || state.foundRunning
}

/** A node made by expansion is named after the node that made it: `2.0.0.1` comes from `2`. */
function isOurNode(state: Attribution, nodeId: string): boolean {
  return makerOf(nodeId, state.nodeIds) !== null
}
