/** What a scaler is told over HTTP. */
import { scaleViewSchema } from '@safelight/shared'
import { newHostReport } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { readError, submitJob } from '../testing/http.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), { timings: { scaleAgeMs: 0, nodeClassesAgeMs: 0 } })

async function scale(query = '') {
  const response = await fetch(`${stack.api.url}/api/v2/scale${query}`)
  expect(response.status).toBe(200)
  return scaleViewSchema.parse(await response.json())
}

it('tells of jobs without a pool even where there is nothing', async () => {
  const none = {
    backlog: 0,
    oldest_wait_s: 0,
    running: 0,
    slots: 0,
    hosts_ready: 0,
    hosts_known: 0,
  }
  expect(await scale()).toEqual({ pools: { any: { ...none, wanted_hosts: 0 } } })
  expect(await scale('?pool=sdxl')).toEqual({ ...none, wanted_hosts: 0 })
})

it('calls for a host as soon as a job waits, and for none when it has ended', async () => {
  await stack.hosts.report(newHostReport(await stack.store.now(), { labels: ['sdxl'], slots: 3 }))
  const { id } = await submitJob(stack.api.url, { pool: 'sdxl' })
  const { pools } = await scale()
  expect(Object.keys(pools ?? {})).toEqual(['any', 'sdxl'])
  expect(pools).toMatchObject({
    any: { backlog: 0, slots: 3, hosts_ready: 1, wanted_hosts: 0 },
    sdxl: { backlog: 1, slots: 3, hosts_ready: 1, wanted_hosts: 1 },
  })
  expect(await scale('?pool=sdxl,any')).toMatchObject({ backlog: 1, wanted_hosts: 1 })
  expect(await scale('?pool=any&target_s=1')).toMatchObject({ backlog: 0, wanted_hosts: 0 })
  await stack.append(id, { type: 'status', status: 'canceled', phase: null })
  expect(await scale('?pool=sdxl')).toMatchObject({ backlog: 0, oldest_wait_s: 0, wanted_hosts: 0 })
})

it('says what it cannot read', async () => {
  for (const query of ['?pool=', '?pool=*', '?target_s=0', '?pools=a']) {
    const response = await fetch(`${stack.api.url}/api/v2/scale${query}`)
    expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
  }
})
