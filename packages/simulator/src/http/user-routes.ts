/** What the host's own page reads and writes of its user: settings and files. One user, as without --multi-user. */
import { randomUUID } from 'node:crypto'
import { type UserFile, userPath } from '../files/user-data.ts'
import { readText } from '../record.ts'
import { readBody, readJson, readJsonObject } from './body.ts'
import { contentTypeOf } from './file-routes.ts'
import { sendEmpty, sendFile, sendJson, sendText } from './respond.ts'
import type { Exchange, Route } from './router.ts'
import type { ServerState } from './server-state.ts'

export function userRoutes({ userData }: ServerState): readonly Route[] {
  const { settings, files } = userData

  return [
    {
      method: 'GET',
      path: '/users',
      answer: ({ response }) =>
        sendJson(response, { storage: 'server', migrated: settings.size + files.size > 0 }),
    },
    {
      method: 'POST',
      path: '/users',
      async answer({ request, response }) {
        const name = readText((await readJsonObject(request))['username'])
        if (!name) throw new TypeError('no username')
        sendJson(response, `${name.replaceAll(/[^\w-]/g, '')}_${randomUUID()}`)
      },
    },
    {
      method: 'GET',
      path: '/settings',
      answer: ({ response }) => sendJson(response, Object.fromEntries(settings)),
    },
    {
      method: 'POST',
      path: '/settings',
      async answer({ request, response }) {
        const given = await readJsonObject(request)
        for (const [id, value] of Object.entries(given)) settings.set(id, value)
        sendEmpty(response, 200)
      },
    },
    {
      method: 'GET',
      path: '/settings/{id}',
      answer: ({ response, params }) => sendJson(response, settings.get(params['id'] ?? '')),
    },
    {
      method: 'POST',
      path: '/settings/{id}',
      async answer({ request, response, params }) {
        settings.set(params['id'] ?? '', await readJson(request))
        sendEmpty(response, 200)
      },
    },
    {
      method: 'GET',
      path: '/userdata',
      answer({ response, query }) {
        const dir = query.get('dir') ?? ''
        if (dir === '') return sendText(response, 400, 'Directory not provided')
        const folder = userPath(dir)
        if (folder === null) return sendText(response, 403, 'Invalid directory')
        const found = userData.list(folder, isTrue(query, 'recurse'))
        if (!found) return sendText(response, 404, 'Directory not found')
        const isFull = isTrue(query, 'full_info')
        const isSplit = isTrue(query, 'split')
        const rows = found.map(({ path, file }) => {
          if (isFull) return toInfo(path, file)
          return isSplit ? [path, ...path.split('/')] : path
        })
        sendJson(response, rows)
      },
    },
    {
      method: 'GET',
      path: '/userdata/{file}',
      answer({ response, params }) {
        const path = userPath(params['file'] ?? '')
        if (path === null) return sendEmpty(response, 403)
        const file = files.get(path)
        if (!file) return sendEmpty(response, 404)
        sendFile(response, { bytes: file.bytes, contentType: contentTypeOf(path) })
      },
    },
    {
      method: 'POST',
      path: '/userdata/{file}',
      async answer({ request, response, params, query }) {
        const bytes = await readBody(request)
        const path = userPath(params['file'] ?? '')
        write({ response, path, query, bytes })
      },
    },
    {
      method: 'DELETE',
      path: '/userdata/{file}',
      answer({ response, params }) {
        const path = userPath(params['file'] ?? '')
        if (path === null) return sendEmpty(response, 403)
        sendEmpty(response, files.delete(path) ? 204 : 404)
      },
    },
    {
      method: 'POST',
      path: '/userdata/{file}/move/{dest}',
      answer({ response, params, query }) {
        const from = userPath(params['file'] ?? '')
        if (from === null) return sendEmpty(response, 403)
        const file = files.get(from)
        if (!file) return sendEmpty(response, 404)
        const path = userPath(params['dest'] ?? '')
        if (write({ response, path, query, bytes: file.bytes }) && path !== from) files.delete(from)
      },
    },
  ]

  function write({ response, path, query, bytes }: Write): boolean {
    if (path === null) {
      sendEmpty(response, 403)
      return false
    }
    if (query.get('overwrite') === 'false' && files.has(path)) {
      sendText(response, 409, 'File already exists')
      return false
    }
    const file = { bytes, modified: Date.now() }
    files.set(path, file)
    sendJson(response, isTrue(query, 'full_info') ? toInfo(path, file) : path)
    return true
  }
}

interface Write {
  response: Exchange['response']
  path: string | null
  query: URLSearchParams
  bytes: Buffer
}

function isTrue(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === 'true'
}

function toInfo(path: string, { bytes, modified }: UserFile) {
  return { path, size: bytes.length, modified, created: modified }
}
