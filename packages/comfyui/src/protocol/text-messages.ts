/** The catalogue of text messages: for each type on the wire, its shape and its translation. Open objects: servers add fields. */
import { jsonObjectSchema } from '@safelight/shared'
import { z } from 'zod'
import type { HostMessage, ProgressStateNode } from './host-message.ts'

/** Python may send ids as numbers; ours are strings throughout. */
const id = z.union([z.string(), z.number()]).transform(String)
const idOrNull = id.nullish().transform((value) => value ?? null)
/** A tick may be a float; NaN and Infinity arrive as null and count as nothing. */
const tick = z
  .number()
  .nullable()
  .transform((value) => value ?? 0)
const text = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value : ''))
const strings = z
  .array(z.unknown())
  .catch([])
  // nothing else has a text: an object may even refuse to become one
  .transform((lines) => lines.filter((line) => typeof line === 'string'))

/** A word. */
const ACTIVITY_MAX = 64

const nodeStateSchema = z
  .looseObject({
    value: tick,
    max: tick,
    state: z.enum(['pending', 'running', 'finished', 'error', 'blocked']).catch('running'),
    node_id: id.optional(),
    display_node_id: idOrNull,
    parent_node_id: idOrNull,
    real_node_id: idOrNull,
    activity: z.string().max(ACTIVITY_MAX).nullable().catch(null).default(null),
  })
  .transform(
    (node) =>
      (key: string): ProgressStateNode => ({
        nodeId: node.node_id ?? key,
        displayNodeId: node.display_node_id ?? key,
        parentNodeId: node.parent_node_id,
        realNodeId: node.real_node_id ?? key,
        value: node.value,
        max: node.max,
        state: node.state,
        activity: node.activity,
      }),
  )

/** By the ids of nodes: a record of zod's would lack one called `__proto__`. */
const nodesSchema = jsonObjectSchema
  .transform((nodes) => Object.entries(nodes))
  .pipe(z.array(z.tuple([z.string(), nodeStateSchema])))

/** What `execution_error` carries; also found in history. Without input dumps: they hold tensors and prompts. */
export const executionErrorSchema = z.looseObject({
  prompt_id: id,
  node_id: idOrNull,
  node_type: idOrNull,
  exception_type: text,
  exception_message: text,
  traceback: strings,
})

type Decoder = (data: unknown) => HostMessage | null

function decoder<S extends z.ZodType>(
  schema: S,
  toMessage: (data: z.output<S>) => HostMessage,
): Decoder {
  return (data) => {
    const parsed = schema.safeParse(data)
    return parsed.success ? toMessage(parsed.data) : null
  }
}

const promptOnly = z.looseObject({ prompt_id: id })

export const TEXT_DECODERS: ReadonlyMap<string, Decoder> = new Map([
  [
    'status',
    decoder(
      z.looseObject({
        sid: idOrNull,
        status: z
          .looseObject({
            exec_info: z.looseObject({ queue_remaining: z.number().nullish() }).nullish(),
          })
          .nullish(),
      }),
      (data) => ({
        type: 'status',
        queueRemaining: data.status?.exec_info?.queue_remaining ?? null,
        sid: data.sid,
      }),
    ),
  ],
  [
    'feature_flags',
    decoder(z.record(z.string(), z.unknown()), (flags) => ({ type: 'feature_flags', flags })),
  ],
  [
    'execution_start',
    decoder(promptOnly, (data) => ({ type: 'execution_start', promptId: data.prompt_id })),
  ],
  [
    'execution_success',
    decoder(promptOnly, (data) => ({ type: 'execution_success', promptId: data.prompt_id })),
  ],
  [
    'execution_cached',
    decoder(z.looseObject({ prompt_id: id, nodes: z.array(id) }), (data) => ({
      type: 'execution_cached',
      promptId: data.prompt_id,
      nodes: data.nodes,
    })),
  ],
  [
    'executing',
    decoder(
      z.looseObject({ prompt_id: idOrNull, node: idOrNull, display_node: idOrNull }),
      (data) => ({
        type: 'executing',
        promptId: data.prompt_id,
        node: data.node,
        displayNode: data.display_node,
      }),
    ),
  ],
  [
    'progress',
    decoder(
      z.looseObject({ prompt_id: idOrNull, node: idOrNull, value: tick, max: tick }),
      (data) => ({
        type: 'progress',
        promptId: data.prompt_id,
        node: data.node,
        value: data.value,
        max: data.max,
      }),
    ),
  ],
  [
    'progress_state',
    decoder(z.looseObject({ prompt_id: id, nodes: nodesSchema }), (data) => ({
      type: 'progress_state',
      promptId: data.prompt_id,
      nodes: data.nodes.map(([key, node]) => node(key)),
    })),
  ],
  [
    'execution_progress',
    decoder(z.looseObject({ prompt_id: idOrNull, value: tick, max: tick }), (data) => ({
      type: 'execution_progress',
      promptId: data.prompt_id,
      value: data.value,
      max: data.max,
    })),
  ],
  [
    'executed',
    decoder(
      z.looseObject({
        prompt_id: id,
        node: id,
        display_node: idOrNull,
        output: jsonObjectSchema.nullish(),
      }),
      (data) => ({
        type: 'executed',
        promptId: data.prompt_id,
        node: data.node,
        displayNode: data.display_node,
        output: data.output ?? null,
      }),
    ),
  ],
  [
    'execution_error',
    decoder(executionErrorSchema, (data) => ({
      type: 'execution_error',
      promptId: data.prompt_id,
      // a blocked branch reports an error, yet the run goes on and normally succeeds
      blocked: data.exception_type === 'ExecutionBlocked',
      failure: toNodeFailure(data),
    })),
  ],
  [
    'execution_node_error',
    decoder(executionErrorSchema, (data) => ({
      type: 'execution_node_error',
      promptId: data.prompt_id,
      failure: toNodeFailure(data),
    })),
  ],
  [
    'execution_interrupted',
    decoder(z.looseObject({ prompt_id: id, node_id: idOrNull }), (data) => ({
      type: 'execution_interrupted',
      promptId: data.prompt_id,
      nodeId: data.node_id,
    })),
  ],
])

export function toNodeFailure(data: z.output<typeof executionErrorSchema>) {
  return {
    nodeId: data.node_id,
    nodeType: data.node_type,
    exceptionType: data.exception_type,
    message: data.exception_message.trim(),
    traceback: data.traceback,
  }
}
