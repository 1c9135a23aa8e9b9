/** What ComfyUI does not have: the simulator's own switches and counts, under /_simulator. */
import type { ExecutionLog } from '../executor/execution-log.ts'
import type { FaultSwitches } from '../faults/fault-switches.ts'
import { FaultUnknown, readFaults } from '../faults/read-faults.ts'
import type { SentTick } from '../executor/progress.ts'
import type { ReceivedPrompt } from '../received-prompts.ts'
import { FolderUnknown, type ModelFiles } from '../nodes/models.ts'
import { readJsonObject } from './body.ts'
import { sendJson } from './respond.ts'
import type { Exchange, Route } from './router.ts'

export const CONTROL_PATH = '/_simulator/'

export interface ControlDeps {
  readonly faults: FaultSwitches
  readonly models: ModelFiles
  readonly executions: ExecutionLog
  readonly freed: () => number
  readonly loads: () => string[]
  readonly uploads: () => string[]
  readonly described: () => number
  readonly prompts: () => ReceivedPrompt[]
  readonly ticks: () => SentTick[]
}

export function controlRoutes({
  faults,
  models,
  executions,
  freed,
  loads,
  uploads,
  described,
  prompts,
  ticks,
}: ControlDeps): readonly Route[] {
  const patch = async ({ request, response }: Exchange): Promise<void> => {
    try {
      faults.set(readFaults(await readJsonObject(request)))
    } catch (error) {
      if (
        error instanceof FaultUnknown ||
        error instanceof SyntaxError ||
        error instanceof TypeError
      )
        return sendJson(response, { error: error.message }, 400)
      throw error
    }
    sendJson(response, faults.get())
  }

  const listModels = ({ response }: Exchange): void =>
    sendJson(response, Object.fromEntries(models.folders().map((name) => [name, models.in(name)])))

  /** `{"folder": "loras", "add": "a.safetensors"}`, or `remove`. */
  const changeModels = async (exchange: Exchange): Promise<void> => {
    const { response } = exchange
    try {
      const { folder, add, remove } = await readJsonObject(exchange.request)
      if (typeof folder !== 'string') return sendJson(response, { error: 'no folder' }, 400)
      if (typeof add === 'string') models.add(folder, add)
      if (typeof remove === 'string') models.remove(folder, remove)
    } catch (error) {
      if (
        !(
          error instanceof FolderUnknown ||
          error instanceof SyntaxError ||
          error instanceof TypeError
        )
      )
        throw error
      return sendJson(response, { error: error.message }, 400)
    }
    listModels(exchange)
  }

  return [
    { method: 'GET', path: '/_simulator/models', answer: listModels },
    { method: 'POST', path: '/_simulator/models', answer: changeModels },
    {
      method: 'GET',
      path: '/_simulator/faults',
      answer: ({ response }) => sendJson(response, faults.get()),
    },
    { method: 'POST', path: '/_simulator/faults', answer: patch },
    {
      method: 'GET',
      path: '/_simulator/executions',
      /** `from`: the first to be told of all that ever began, for who looks again and again. */
      answer: ({ response, query }) =>
        sendJson(response, {
          executions: executions.list(Number(query.get('from') ?? 0)),
          begun: executions.count(),
          freed: freed(),
        }),
    },
    {
      method: 'GET',
      path: '/_simulator/loads',
      answer: ({ response }) => sendJson(response, { loads: loads() }),
    },
    {
      method: 'GET',
      path: '/_simulator/uploads',
      answer: ({ response }) => sendJson(response, { uploads: uploads() }),
    },
    {
      method: 'GET',
      path: '/_simulator/requests',
      answer: ({ response }) => sendJson(response, { object_info: described() }),
    },
    {
      method: 'GET',
      path: '/_simulator/prompts',
      answer: ({ response }) => sendJson(response, { prompts: prompts() }),
    },
    {
      method: 'GET',
      path: '/_simulator/ticks',
      answer: ({ response }) => sendJson(response, { ticks: ticks() }),
    },
  ]
}
