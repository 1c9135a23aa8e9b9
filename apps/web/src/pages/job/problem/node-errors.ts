/** `details.node_errors` as lines to read: ComfyUI's words, per node and input. */
import type { JobError } from '@safelight/shared'

export interface NodeComplaint {
  nodeId: string
  /** e.g. `Value not in list: ckpt_name: 'x' not in […]` */
  message: string
}

/** Whatever has another shape is left out: custom nodes answer as they like. */
export function readNodeErrors(details: JobError['details']): NodeComplaint[] {
  const byNode = readObject(details?.['node_errors'])
  return Object.entries(byNode).flatMap(([nodeId, node]) => {
    const errors = readObject(node)['errors']
    if (!Array.isArray(errors)) return []
    return errors.flatMap((error: unknown) => {
      const { message, details: more } = readObject(error)
      const words = [message, more].filter((part) => typeof part === 'string' && part !== '')
      return words.length > 0 ? [{ nodeId, message: words.join(': ') }] : []
    })
  })
}

function readObject(value: unknown): Record<string, unknown> {
  // of JSON: an object, or something that has no fields we would read
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
