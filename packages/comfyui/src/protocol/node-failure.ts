/** How a host tells that a node failed: on its socket, and in history. */
import { z } from 'zod'
import type { NodeFailure } from './host-message.ts'

const id = z.union([z.string(), z.number()]).transform(String)
const idOrNull = id.nullish().transform((value) => value ?? null)
const text = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value : ''))
const strings = z
  .array(z.unknown())
  .catch([])
  // nothing else has a text: an object may even refuse to become one
  .transform((lines) => lines.filter((line) => typeof line === 'string'))

/** What `execution_error` carries; also found in history. Without input dumps: they hold tensors and prompts. */
export const executionErrorSchema = z.looseObject({
  prompt_id: id,
  node_id: idOrNull,
  node_type: idOrNull,
  exception_type: text,
  exception_message: text,
  traceback: strings,
})

export function toNodeFailure(data: z.output<typeof executionErrorSchema>): NodeFailure {
  return {
    nodeId: data.node_id,
    nodeType: data.node_type,
    exceptionType: data.exception_type,
    message: data.exception_message.trim(),
    traceback: data.traceback,
  }
}
