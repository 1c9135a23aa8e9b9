/** POST /prompt and GET /prompt. */
import { randomUUID } from 'node:crypto'
import type { DialectTraits } from '../dialect.ts'
import { toPythonJson } from '../python-json.ts'
import { PythonNumber, readMemberTexts } from '../read-python-json.ts'
import { isRecord, type Json, readText } from '../record.ts'
import { printed } from '../validation/coerce.ts'
import { promptProblem } from '../validation/node-errors.ts'
import { validatePrompt } from '../validation/validate-prompt.ts'
import { readJsonBody } from './body.ts'
import { hangUp, sendJson, sendServerError } from './respond.ts'
import type { Exchange, Route } from './router.ts'
import type { ServerState } from './server-state.ts'

const CANONICAL_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** Never kept in queue or history. */
const SECRETS = ['auth_token_comfy_org', 'api_key_comfy_org']

/** How long a submission that gets no answer keeps its connection. */
const HANG_MS = 3000

export function promptRoutes(state: ServerState): readonly Route[] {
  let counter = 0

  // The counter moves even for a prompt that is refused.
  const takeNumber = (body: Json): number => {
    if ('number' in body) return readPriority(body['number'])
    const number = body['front'] ? -counter : counter
    counter++
    return number
  }

  const submit = async ({ request, response }: Exchange): Promise<void> => {
    const { traits } = state.environment
    state.log.print('got prompt')
    const { body, text } = await readJsonBody(request)
    const number = takeNumber(body)
    if (!('prompt' in body)) {
      return refuse(
        response,
        promptProblem('no_prompt', 'No prompt provided', { details: 'No prompt provided' }),
      )
    }
    const promptId = readPromptId(traits, body)
    if (promptId === null) {
      return refuse(
        response,
        promptProblem('invalid_prompt_id', 'prompt_id must be a valid UUID', {
          details: printed(body['prompt_id']),
        }),
      )
    }
    if (state.faults.get().refusesUsedIds && state.queue.has(promptId)) {
      return sendJson(response, { error: 'prompt_id already exists' }, 409)
    }
    const targets = traits.partialTargets ? body['partial_execution_targets'] : undefined
    const result = validatePrompt(state, body['prompt'], Array.isArray(targets) ? targets : null)
    if (result.error) return refuse(response, result.error, result.nodeErrors)

    const { submitFails } = state.faults.get()
    if (submitFails === '500') return sendServerError(response)
    const texts = readMemberTexts(text)
    state.received({
      promptId,
      text: texts.get('prompt') ?? '',
      extraData: texts.get('extra_data') ?? null,
    })
    state.queue.put({
      number,
      promptId,
      prompt: result.graph,
      extraData: readExtraData(traits, body),
      outputs: result.outputs,
    })
    if (submitFails === '500_queued') return sendServerError(response)
    if (submitFails === 'hang') return hangUp(response, HANG_MS)
    sendJson(response, { prompt_id: promptId, number, node_errors: result.nodeErrors })
  }

  return [
    {
      method: 'GET',
      path: '/prompt',
      answer: ({ response }) =>
        sendJson(response, { exec_info: { queue_remaining: state.queue.remaining() } }),
    },
    { method: 'POST', path: '/prompt', answer: submit },
  ]
}

function refuse(response: Exchange['response'], error: unknown, nodeErrors: unknown = {}): void {
  sendJson(response, { error, node_errors: nodeErrors }, 400)
}

function readPriority(value: unknown): number {
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = isText || value instanceof PythonNumber ? Number(value) : value
  if (typeof number !== 'number' || Number.isNaN(number)) throw new TypeError('number is no number')
  return number
}

/** null: refused. */
function readPromptId(traits: DialectTraits, body: Json): string | null {
  const given = body['prompt_id']
  switch (traits.promptIds) {
    case 'ignored':
      return randomUUID()
    case 'any':
      return 'prompt_id' in body ? printed(given) : randomUUID()
    case 'uuid':
      if (given === undefined || given === null) return randomUUID()
      return typeof given === 'string' && CANONICAL_UUID.test(given) ? given : null
  }
}

function readExtraData(traits: DialectTraits, body: Json): Json {
  const given = 'extra_data' in body ? body['extra_data'] : {}
  if (!isRecord(given)) throw new TypeError('extra_data is not an object')
  const withheld = traits.newest ? [...SECRETS, 'workflow_metadata'] : SECRETS
  const kept = Object.entries(given).filter(([key]) => !withheld.includes(key))
  const clientId = readText(body['client_id'])
  const metadata = traits.newest ? readMetadata(body['workflow_metadata']) : null
  return {
    ...Object.fromEntries(kept),
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(metadata ? { workflow_metadata: metadata } : {}),
    ...(traits.createTime ? { create_time: Date.now() } : {}),
  }
}

const MAX_METADATA_LENGTH = 256

/** What is no object or too long is dropped without a word. */
function readMetadata(given: unknown): Json | null {
  return isRecord(given) && toPythonJson(given).length <= MAX_METADATA_LENGTH ? given : null
}
