/** The queue, and what stops or frees the worker. */
import { toQueueRow } from '../executor/prompt-queue.ts'
import { readText } from '../record.ts'
import { readJsonObject, readOptionalJsonObject } from './body.ts'
import { sendEmpty, sendJson } from './respond.ts'
import type { Route } from './router.ts'
import type { ServerState } from './server-state.ts'

export function queueRoutes(state: ServerState): readonly Route[] {
  const { queue, interrupt, environment } = state

  return [
    {
      method: 'GET',
      path: '/queue',
      answer({ response }) {
        const running = queue.running()
        sendJson(response, {
          queue_running: running ? [toQueueRow(running)] : [],
          queue_pending: queue.pending().map(toQueueRow),
        })
      },
    },
    {
      method: 'POST',
      path: '/queue',
      async answer({ request, response }) {
        const body = await readJsonObject(request)
        if (body['clear']) queue.clear()
        const ids = Array.isArray(body['delete']) ? body['delete'] : []
        for (const id of ids) queue.remove(String(id))
        sendEmpty(response, 200)
      },
    },
    {
      method: 'POST',
      path: '/interrupt',
      // The answer never tells whether anything was stopped.
      async answer({ request, response }) {
        const body = await readOptionalJsonObject(request)
        const target = environment.traits.targetedInterrupt
          ? readText(body['prompt_id'])
          : undefined
        if (!target || queue.running()?.promptId === target) interrupt.raise()
        sendEmpty(response, 200)
      },
    },
    {
      method: 'POST',
      path: '/free',
      async answer({ request, response }) {
        const body = await readJsonObject(request)
        state.freed()
        if (body['unload_models']) state.memory.unloadModels = true
        if (body['free_memory']) state.memory.dropCache = true
        sendEmpty(response, 200)
      },
    },
  ]
}
