/** What history says of the node that failed. */
import { makerOf, type NodeIds } from '../graph/shown-node.ts'
import type { NodeFailure } from '../protocol/host-message.ts'
import { executionErrorSchema, toNodeFailure } from '../protocol/node-failure.ts'

export const UNKNOWN_FAILURE: NodeFailure = {
  nodeId: null,
  nodeType: null,
  exceptionType: '',
  message: 'The host reported an error without saying which.',
  traceback: [],
}

/** Nothing is said of any node: the host's own worker broke off, not the workflow. */
export function isUnexplained({ nodeId, nodeType, exceptionType, message }: NodeFailure): boolean {
  return (
    nodeId === null &&
    nodeType === null &&
    exceptionType === '' &&
    (message === '' || message === UNKNOWN_FAILURE.message)
  )
}

/** Named as while it ran: by the node of the workflow. What is none of it keeps the name that the host has for it. */
export function parseFailure(data: unknown, ids: NodeIds): NodeFailure {
  const parsed = executionErrorSchema.safeParse(data)
  if (!parsed.success) return UNKNOWN_FAILURE
  const failure = toNodeFailure(parsed.data)
  const node = failure.nodeId
  return node === null ? failure : { ...failure, nodeId: makerOf(node, ids) ?? node }
}
