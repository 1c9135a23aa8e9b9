/** What operators ask for: hosts, and the jobs that failed for good. */
import type { DeadLetterView, HostList, HostView, JobPage, JobView } from '@safelight/shared'
import type { Http } from './http/request.ts'
import { toListCall } from './jobs.ts'
import type { DeadLetters, Hosts } from './types.ts'

export function createHostsApi(http: Http): Hosts {
  const pathOf = (hostId: string) => `/api/v2/hosts/${encodeURIComponent(hostId)}`
  return {
    list: async (options) => (await http.json<HostList>('/api/v2/hosts', { ...options })).hosts,
    drain(hostId, { reason, signal } = {}) {
      const body = reason === undefined ? {} : { reason }
      return http.json<HostView>(`${pathOf(hostId)}/drain`, { method: 'POST', body, signal })
    },
    resume: (hostId, options) =>
      http.json<HostView>(`${pathOf(hostId)}/resume`, { method: 'POST', ...options }),
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
