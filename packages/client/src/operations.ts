/** What operators and forms ask for: hosts, what these can run, and the jobs that failed for good. */
import type {
  DeadLetterView,
  HostList,
  ToldHost,
  JobPage,
  JobView,
  ModelPage,
  NodeClassPage,
  NodeClassView,
} from '@safelight/shared'
import type { Http } from './http/request.ts'
import { toListCall } from './jobs.ts'
import type { DeadLetters, Fleet, Hosts } from './types.ts'

export function createHostsApi(http: Http): Hosts {
  const pathOf = (hostId: string) => `/api/v2/hosts/${encodeURIComponent(hostId)}`
  return {
    list: async (options) => (await http.json<HostList>('/api/v2/hosts', { ...options })).hosts,
    drain(hostId, { reason, signal } = {}) {
      const body = reason === undefined ? {} : { reason }
      return http.json<ToldHost>(`${pathOf(hostId)}/drain`, { method: 'POST', body, signal })
    },
    resume: (hostId, options) =>
      http.json<ToldHost>(`${pathOf(hostId)}/resume`, { method: 'POST', ...options }),
  }
}

/** Classes that the API tells in full at a time. */
const CLASSES_AT_ONCE = 50

export function createFleetApi(http: Http): Fleet {
  return {
    models({ signal, limit, ...filter } = {}) {
      const query = { ...filter, limit: limit === undefined ? undefined : String(limit) }
      return http.json<ModelPage>('/api/v2/models', { query, signal })
    },
    async nodeClasses(names, { signal, pool } = {}) {
      const found: Record<string, NodeClassView> = {}
      for (let at = 0; at < names.length; at += CLASSES_AT_ONCE) {
        const query = { class: names.slice(at, at + CLASSES_AT_ONCE).join(','), pool }
        const page = await http.json<NodeClassPage>('/api/v2/node-classes', { query, signal })
        Object.assign(found, page.classes)
      }
      return found
    },
  }
}

export function createDeadLettersApi(http: Http): DeadLetters {
  const all = '/api/v2/dead-letters'
  const pathOf = (jobId: string) => `${all}/${encodeURIComponent(jobId)}`
  return {
    list: (options = {}) => http.json<JobPage>(all, toListCall(options)),
    get: (jobId, options) => http.json<DeadLetterView>(pathOf(jobId), { ...options }),
    replay: (jobId, options) =>
      http.json<JobView>(`${pathOf(jobId)}/replay`, { method: 'POST', ...options }),
    discard: (jobId, options) => http.json<void>(pathOf(jobId), { method: 'DELETE', ...options }),
  }
}
