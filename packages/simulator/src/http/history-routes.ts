/** What became of finished prompts. */
import type { HistoryRecord } from '../executor/history.ts'
import { toQueueRow } from '../executor/prompt-queue.ts'
import { readJsonObject } from './body.ts'
import { sendEmpty, sendJson } from './respond.ts'
import type { Route } from './router.ts'
import type { ServerState } from './server-state.ts'

export function historyRoutes({ history, faults }: ServerState): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/history',
      answer({ response, query }) {
        const entries = history.list()
        const max = readCount(query.get('max_items')) ?? entries.length
        const asked = readCount(query.get('offset')) ?? -1
        const offset = asked < 0 ? Math.max(entries.length - max, 0) : asked
        sendJson(response, toHistory(entries.slice(offset, offset + max)))
      },
    },
    {
      method: 'GET',
      path: '/history/{id}',
      answer({ response, params }) {
        const entry = history.get(params['id'] ?? '')
        const success = entry?.status.status_str === 'success'
        if (success && faults.spend('historyLate')) return sendJson(response, {})
        if (entry && success && faults.spend('historyHollow')) {
          const { promptId } = entry.item
          const hollow = { prompt: toQueueRow(entry.item), outputs: {}, status: null }
          return sendJson(response, { [promptId]: hollow })
        }
        sendJson(response, toHistory(entry ? [entry] : []))
      },
    },
    {
      method: 'POST',
      path: '/history',
      async answer({ request, response }) {
        const body = await readJsonObject(request)
        if (body['clear']) history.clear()
        const ids = Array.isArray(body['delete']) ? body['delete'] : []
        for (const id of ids) history.remove(String(id))
        sendEmpty(response, 200)
      },
    },
  ]
}

function toHistory(entries: readonly HistoryRecord[]): Record<string, unknown> {
  return Object.fromEntries(
    entries.map(({ item, outputs, status, meta }) => [
      item.promptId,
      { prompt: toQueueRow(item), outputs, status, meta },
    ]),
  )
}

/** Throws on what int() would not take. */
function readCount(text: string | null): number | null {
  if (text === null) return null
  const count = Number(text)
  if (!Number.isInteger(count)) throw new TypeError(`invalid literal for int(): ${text}`)
  return count
}
