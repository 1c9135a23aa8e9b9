/** What the host's own page looks at behind the scenes, under /internal only: its log and its folders. */
import { posix } from 'node:path'
import { isFolderType } from '../files/file-store.ts'
import { modelFolderPath } from '../nodes/models.ts'
import { readText } from '../record.ts'
import { readJsonObject } from './body.ts'
import { sendEmpty, sendJson } from './respond.ts'
import type { Route } from './router.ts'
import type { ServerState } from './server-state.ts'

/** Of the terminal that the log would be printed on. */
export const LOG_SIZE = { cols: 80, rows: 24 }

export function internalRoutes({ environment, log }: ServerState): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/internal/logs',
      answer: ({ response }) =>
        sendJson(
          response,
          log
            .entries()
            .map(({ t, m }) => `${t} - ${m}`)
            .join(''),
        ),
    },
    {
      method: 'GET',
      path: '/internal/logs/raw',
      answer: ({ response }) => sendJson(response, { entries: log.entries(), size: LOG_SIZE }),
    },
    {
      method: 'PATCH',
      path: '/internal/logs/subscribe',
      async answer({ request, response }) {
        const body = await readJsonObject(request)
        const clientId = readText(body['clientId'])
        if (clientId === undefined || !('enabled' in body)) throw new TypeError('a key is missing')
        log.subscribe(clientId, Boolean(body['enabled']))
        sendEmpty(response, 200)
      },
    },
    {
      method: 'GET',
      path: '/internal/folder_paths',
      answer: ({ response }) =>
        sendJson(
          response,
          Object.fromEntries(
            environment.models.folders().map((name) => [name, [modelFolderPath(name)]]),
          ),
        ),
    },
    {
      method: 'GET',
      path: '/internal/files/{type}',
      answer({ response, params }) {
        const type = params['type']
        if (!isFolderType(type)) return sendJson(response, { error: 'Invalid directory type' }, 400)
        const inFolder = environment.files.list(type).filter((path) => posix.dirname(path) === '.')
        sendJson(response, inFolder.toReversed())
      },
    },
  ]
}
