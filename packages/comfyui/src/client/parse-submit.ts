/** What POST /prompt answers: accepted, partly accepted, or refused. */
import { jsonObjectSchema, PROBLEMS_MAX } from '@safelight/shared'
import { z } from 'zod'
import type { NodeErrors, SubmitAnswer } from './types.ts'
import { PromptRejected } from '../errors.ts'

const text = z.string().catch('')

const reasonSchema = z.looseObject({
  type: text,
  message: text,
  details: text,
  // tracebacks show the host's paths
  extra_info: z
    .record(z.string(), z.unknown())
    .catch({})
    .transform((info) =>
      Object.fromEntries(Object.entries(info).filter(([key]) => key !== 'traceback')),
    ),
})

/** Every node may name all outputs: what is told of them is cut before it is looked at. */
function toOutputIds(ids: unknown): string[] {
  if (!Array.isArray(ids)) return []
  return ids
    .slice(0, PROBLEMS_MAX)
    .flatMap((id: unknown) => (typeof id === 'string' || typeof id === 'number' ? String(id) : []))
}

const nodeErrorSchema = z.object({
  class_type: text,
  dependent_outputs: z.unknown().optional().transform(toOutputIds),
  errors: z
    .array(z.unknown())
    .catch([])
    .transform((reasons) => reasons.flatMap((reason) => reasonSchema.safeParse(reason).data ?? [])),
})

/** `[]` where there is nothing to say; a node of another shape is skipped, not the whole answer. */
const nodeErrorsSchema = jsonObjectSchema.catch({}).transform((nodes): NodeErrors => {
  const errors = Object.entries(nodes).flatMap(([nodeId, candidate]) => {
    const parsed = nodeErrorSchema.safeParse(candidate)
    return parsed.success ? [[nodeId, parsed.data] as const] : []
  })
  // not one by one: a node may be called `__proto__`
  return Object.fromEntries(errors)
})

const acceptedSchema = z
  .object({
    prompt_id: z.coerce.string().min(1),
    number: z.number().catch(0),
    node_errors: nodeErrorsSchema,
  })
  .transform(
    (answer): SubmitAnswer => ({
      promptId: answer.prompt_id,
      number: answer.number,
      nodeErrors: answer.node_errors,
    }),
  )

const refusedSchema = z.object({
  // some proxies and custom nodes put a bare sentence here
  error: z.union([
    z.looseObject({ type: z.string(), message: text, details: text }),
    z.string().transform((message) => ({ type: 'invalid_prompt', message, details: '' })),
  ]),
  node_errors: nodeErrorsSchema,
})

/** @returns null when it is not the answer we know */
export function parseAccepted(answer: unknown): SubmitAnswer | null {
  return acceptedSchema.safeParse(answer).data ?? null
}

/** @returns null when it is not a refusal as ComfyUI writes it */
export function parseRefusal(answer: unknown): PromptRejected | null {
  const parsed = refusedSchema.safeParse(answer)
  if (!parsed.success) return null
  const { error, node_errors } = parsed.data
  const message = error.details === '' ? error.message : `${error.message}: ${error.details}`
  return new PromptRejected(error.type, message, node_errors)
}
