/** Which fields a submission may have: the contract's, ours beside them unless they are switched off, and those that the contract reserves. */
import { type SubmitRequest, submitRequestSchema } from '@safelight/shared'
import { z } from 'zod'
import { toWorkflowError } from './invalid-workflow.ts'

const reserved = z
  .unknown()
  .optional()
  .meta({ description: 'Reserved by the contract: anything but null is refused with 422.' })

/** Closed: a field with a slip in its name is refused, not passed over. */
export const submitBodySchema = submitRequestSchema
  .extend({
    // when it is missing, that is a workflow that cannot run
    workflow: submitRequestSchema.shape.workflow.optional(),
    webhook_url: reserved,
    inputs: reserved,
  })
  .meta({ id: 'SubmitRequest', required: ['workflow'] })

const OF_THE_CONTRACT = ['workflow', 'extra_data']
const EXTRA_OF_THE_CONTRACT = ['api_key_comfy_org']

/** Throws 422 `invalid_workflow` for fields that may not be there, as the reference server of the contract does. */
export function toSubmitRequest(
  body: z.output<typeof submitBodySchema>,
  { extensions }: { extensions: boolean },
): SubmitRequest {
  const { webhook_url = null, inputs = null, ...request } = body
  const early = Object.entries({ webhook_url, inputs }).flatMap(([name, value]) =>
    value === null ? [] : [name],
  )
  if (early.length > 0) throw refuse(early, 'reserved and not accepted')
  if (!extensions) {
    const ours = [
      ...namesBeside(request, OF_THE_CONTRACT),
      ...namesBeside(request.extra_data ?? {}, EXTRA_OF_THE_CONTRACT, 'extra_data.'),
    ]
    if (ours.length > 0) throw refuse(ours, 'no part of Comfy API v2, and extensions are off')
  }
  const { workflow } = request
  if (workflow === undefined) throw refuse(['workflow'], 'missing: send an API-format graph')
  return { ...request, workflow }
}

function namesBeside(given: object, known: readonly string[], prefix = ''): string[] {
  return Object.keys(given).flatMap((name) => (known.includes(name) ? [] : [`${prefix}${name}`]))
}

function refuse(fields: readonly string[], why: string) {
  const verb = fields.length === 1 ? 'is' : 'are'
  const message = `${fields.map((name) => `'${name}'`).join(', ')} ${verb} ${why}.`
  return toWorkflowError('invalid_workflow', message, { nodeErrors: {}, more: 0 })
}
