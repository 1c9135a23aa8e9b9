/** Whether a message of our prompt changes anything: a host that repeats itself is not moving. */
import type { HostMessage } from '../protocol/host-message.ts'
import { assertNever } from '@safelight/shared'

/** @returns a function that says of each message whether it differs from the last of its type */
export function createMovement(): (message: HostMessage) => boolean {
  const last = new Map<HostMessage['type'], string>()
  return (message) => {
    const content = toContent(message)
    if (content === null) return true
    if (last.get(message.type) === content) return false
    last.set(message.type, content)
    return true
  }
}

/** @returns null where every message is news */
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
        .map((node) => `${node.nodeId} ${node.state} ${node.value}/${node.max}`)
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
    case 'execution_error':
    case 'execution_interrupted':
    case 'unknown':
      return null
    default:
      return assertNever(message)
  }
}
