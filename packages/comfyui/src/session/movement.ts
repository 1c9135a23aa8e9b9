/** Whether a message of our prompt changes anything: a host that repeats itself is not moving. Pure. */
import type { HostMessage } from '../protocol/host-message.ts'
import { assertNever } from '@safelight/shared'

/** The content of the last message of each type. */
export type LastMessages = ReadonlyMap<HostMessage['type'], string>

/** @returns the last contents with this message; null when it repeats the last of its type */
export function noteMovement(last: LastMessages, message: HostMessage): LastMessages | null {
  const content = toContent(message)
  if (content === null) return last
  return last.get(message.type) === content ? null : new Map(last).set(message.type, content)
}

/** @returns null where every message is a movement */
function toContent(message: HostMessage): string | null {
  switch (message.type) {
    case 'executing':
      return String(message.node)
    case 'progress':
      return `${message.node} ${message.value}/${message.max}`
    case 'execution_progress':
      return `${message.value}/${message.max}`
    case 'progress_state':
      return message.nodes
        .map(
          (node) => `${node.nodeId} ${node.state} ${node.value}/${node.max} ${node.activity ?? ''}`,
        )
        .join()
    case 'text':
      return `${message.nodeId} ${message.text}`
    case 'preview':
    case 'status':
    case 'feature_flags':
    case 'execution_start':
    case 'execution_cached':
    case 'executed':
    case 'execution_success':
    case 'execution_node_error':
    case 'execution_error':
    case 'execution_interrupted':
    case 'unknown':
      return null
    default:
      return assertNever(message)
  }
}
