/** What an API tells those who run it: its numbers equal what happened, and a Redis that is away hides none but its own. */
import { toHostReason } from '@safelight/shared'
import { findFreePort, newHostReport, until } from '@safelight/testkit'
import { ANY_POOL } from '@safelight/store'
import { openRedisProxy } from '@safelight/testkit/vitest'
import { describe, expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { post, readJob, submitJob } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'

/** Longer than all of this takes. */
const ONLY_AT_START_MS = 3_600_000

let stack: ApiStack
shareStack((shared) => (stack = shared), {
  timings: { readinessPingMs: 300, reconcileMs: ONLY_AT_START_MS },
})

const startApi = (settings: Record<string, string> = {}) =>
  stack.startApi({ ADMIN_PORT: '0', ...settings })

/** Series → value, without what Node itself says. */
async function scrape(adminUrl: string | null): Promise<Map<string, number>> {
  const response = await fetch(`${adminUrl}/metrics`)
  expect(response.status).toBe(200)
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('safelight_'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice('safelight_'.length, at), Number(line.slice(at + 1))]
    }),
  )
}

describe('the metrics of an API', () => {
  it('are what happened', async () => {
    const now = await stack.store.now()
    await stack.hosts.report(newHostReport(now, { labels: ['sdxl'] }))
    // driven, but away for an hour; and one that its worker has left
    const away = {
      state: 'offline',
      reason: toHostReason('unreachable'),
      seenAt: now - 3_600_000,
    } as const
    await stack.hosts.report(newHostReport(now, { ...away, hostId: 'gpu-2' }))
    await stack.hosts.report(newHostReport(now - 3_600_000, { hostId: 'gpu-3', left: true }))
    const api = await startApi()
    await submitJob(api.url, { pool: 'sdxl' })
    const { id } = await submitJob(api.url)
    const { id: asked } = await submitJob(api.url)
    await stack.append(asked, { type: 'status', status: 'running', phase: 'executing', attempt: 1 })
    await post(`${api.url}/api/v2/jobs/${asked}/cancel`, '')
    expect((await post(`${api.url}/api/v2/jobs`, { workflow: {} })).status).toBe(422)
    const slip = { workflow: WORKFLOW, pool: 'sdlx' }
    expect((await post(`${api.url}/api/v2/jobs`, slip)).status).toBe(400)
    await fetch(`${api.url}/api/v2/jobs/${id}/events`)
    await until(async () => (await scrape(api.adminUrl)).get('watchers{transport="sse"}') === 1)
    await stack.append(id, { type: 'status', status: 'canceled', phase: null })
    await fetch(`${api.url}/nothing/${id}`)
    await readJob(api.url, id)
    await until(
      async () =>
        ((await scrape(api.adminUrl)).get('events_delivered_total{transport="sse"}') ?? 0) > 0,
    )
    // readings are remembered for a second
    const seen = await until(async () => {
      const scraped = await scrape(api.adminUrl)
      return scraped.get('backlog_jobs{pool="any"}') === 1 && scraped
    })
    expect(Object.fromEntries(seen)).toMatchObject({
      'jobs_accepted_total{pool="any"}': 2,
      'jobs_accepted_total{pool="sdxl"}': 1,
      'jobs_refused_total{code="invalid_workflow"}': 1,
      'jobs_refused_total{code="invalid_request"}': 1,
      'jobs_refused_no_such_pool_total{pool="other"}': 1,
      'jobs{status="canceling"}': 1,
      'jobs{status="running"}': 0,
      'backlog_jobs{pool="any"}': 1,
      'backlog_jobs{pool="sdxl"}': 1,
      workers: 1,
      'host_last_report_age_seconds{host="gpu-1"}': 0,
      'host_last_report_age_seconds{host="gpu-2"}': 0,
      'host_last_report_age_seconds{host="gpu-3"}': expect.closeTo(3_600, -2),
      dead_letters: 0,
      'redis_up{role="api"}': 1,
      'redis_up{role="subscriber"}': 1,
      'watchers{transport="sse"}': 0,
      'events_delivered_total{transport="sse"}': 1,
      'http_requests_total{method="POST",route="/api/v2/jobs",status="201"}': 3,
      'http_requests_total{method="POST",route="/api/v2/jobs",status="422"}': 1,
      'http_requests_total{method="GET",route="/api/v2/jobs/{id}",status="200"}': 1,
      'http_requests_total{method="GET",route="none",status="404"}': 1,
    })
    expect(seen.get('jobs_canceling_oldest_seconds')).toBeGreaterThan(0)
    expect(seen.get('delivered_bytes_total{transport="sse"}')).toBeGreaterThan(100)
    // how long a client watches is no duration of an answer
    const timed = [...seen.keys()].filter((name) =>
      name.startsWith('http_request_duration_seconds_count'),
    )
    expect(timed.join()).not.toContain('/events')
    expect([...seen.keys()].join()).not.toContain(id)
  })

  it('count what a sweep had to mend', async () => {
    const api = await startApi()
    const { id } = await submitJob(api.url)
    // its place in line is lost
    await stack.redis.zrem(stack.keys.backlog(ANY_POOL), id)
    const sweeps = await startApi()
    const found = 'reconciler_found_total{kind="strays"}'
    await until(async () => ((await scrape(sweeps.adminUrl)).get(found) ?? 0) === 1)
    expect((await readJob(api.url, id)).status).toBe('queued')
    expect((await scrape(sweeps.adminUrl)).get('reconciler_found_total{kind="undriven"}')).toBe(0)
  })

  it('tell of each pool how many hosts take its jobs, and of a drain how old it is', async () => {
    const now = await stack.store.now()
    const report = async (hostId: string, over: Parameters<typeof newHostReport>[1]) =>
      await stack.hosts.report(newHostReport(now, { hostId, ...over }))
    await report('gpu-1', { labels: ['sdxl', 'fast'] })
    await report('gpu-2', { labels: ['sdxl'], state: 'degraded' })
    await report('gpu-3', { labels: ['flux'], state: 'quarantined' })
    await report('gpu-4', { labels: ['flux'] })
    // as each of two workers that stop say it
    await report('gpu-5', { labels: ['video'], leavingSince: now })
    await stack.hosts.drain('gpu-3', null)
    await stack.hosts.drain('gpu-4', 'new driver')
    const api = await startApi({ REDIS_HIGH_WATER: '85' })
    const seen = await scrape(api.adminUrl)
    expect(Object.fromEntries(seen)).toMatchObject({
      'pool_hosts_usable{pool="any"}': 2,
      'pool_hosts_usable{pool="sdxl"}': 2,
      'pool_hosts_usable{pool="fast"}': 1,
      'pool_hosts_usable{pool="flux"}': 0,
      'pool_hosts_usable{pool="video"}': 0,
      'pool_hosts_leaving{pool="any"}': 1,
      'pool_hosts_leaving{pool="video"}': 1,
      'pool_hosts_leaving{pool="flux"}': 0,
      'host_takes_pool{host="gpu-1",pool="any"}': 1,
      'host_takes_pool{host="gpu-1",pool="fast"}': 1,
      'host_takes_pool{host="gpu-2",pool="sdxl"}': 1,
      'host_takes_pool{host="gpu-3",pool="flux"}': 0,
      'host_takes_pool{host="gpu-4",pool="flux"}': 0,
      redis_high_water_ratio: 0.85,
    })
    const drained = [...seen].filter(([name]) => name.startsWith('host_drained_seconds'))
    expect(drained.map(([name]) => name).toSorted()).toEqual([
      'host_drained_seconds{host="gpu-3"}',
      'host_drained_seconds{host="gpu-4"}',
    ])
    expect(drained.every(([, seconds]) => seconds >= 0 && seconds < 60)).toBe(true)
  })

  it('count refusals for a label that hosts had under its name, from 0, and for what was never one as other', async () => {
    const now = await stack.store.now()
    const label = async (...labels: string[]) =>
      await stack.hosts.report(newHostReport(now, { hostId: 'gpu-1', labels }))
    await label('flux', 'sdxl')
    const api = await startApi()
    const refused = (pool: string) => `jobs_refused_no_such_pool_total{pool="${pool}"}`
    const before = await scrape(api.adminUrl)
    // a rate needs the 0 that it rose from
    expect(before.get('jobs_accepted_total{pool="flux"}')).toBe(0)
    expect(before.get(refused('flux'))).toBe(0)
    await label('sdxl')
    for (const pool of ['flux', 'slip'])
      expect((await post(`${api.url}/api/v2/jobs`, { workflow: WORKFLOW, pool })).status).toBe(400)
    const after = await scrape(api.adminUrl)
    const counts = ['flux', 'sdxl', 'other', 'slip'].map((pool) => after.get(refused(pool)))
    expect(counts).toEqual([1, 0, 1, undefined])
  })

  it('tell each event at its place', async () => {
    const api = await startApi()
    const heard: string[] = []
    api.events.onAny((name) => {
      if (/^(job|host):/.test(name)) heard.push(name)
    })
    const key = { 'Idempotency-Key': 'once', 'Idempotency-Mode': 'replay' }
    const first = await post(`${api.url}/api/v2/jobs`, { workflow: WORKFLOW }, key)
    await post(`${api.url}/api/v2/jobs`, { workflow: WORKFLOW }, key)
    const { id } = (await first.json()) as { id: string }
    await post(`${api.url}/api/v2/jobs/${id}/cancel`, '')
    await post(`${api.url}/api/v2/jobs/${id}/cancel`, '')
    await until(() => heard.includes('job:ended'))
    expect(heard.toSorted()).toEqual([
      'job:accepted',
      'job:cancel-asked',
      'job:ended',
      'job:repeated',
    ])
  })
})

describe('the health of an API', () => {
  it('says why it is not ready, from the start of the drain to its end', async () => {
    const api = await startApi({ SHUTDOWN_DELAY: '1s' })
    const ready = async () => {
      const response = await fetch(`${api.adminUrl}/readyz`)
      return [response.status, await response.json()]
    }
    expect(await ready()).toEqual([200, { status: 'ok', reasons: [] }])
    expect((await fetch(`${api.adminUrl}/livez`)).status).toBe(200)
    const closing = api.close()
    expect(await ready()).toMatchObject([
      503,
      { status: 'unavailable', reasons: [{ code: 'closing' }] },
    ])
    const own = await fetch(`${api.url}/readyz`)
    expect(await own.json()).toMatchObject({
      error: { details: { reason: 'closing', reasons: [{ code: 'closing' }] } },
    })
    expect((await fetch(`${api.adminUrl}/metrics`)).status).toBe(200)
    await closing
    await expect(fetch(`${api.adminUrl}/livez`)).rejects.toThrow('fetch failed')
  })

  it('and its metrics are there without Redis', async () => {
    const proxy = await openRedisProxy()
    const api = await startApi({ REDIS_URL: proxy.url })
    expect((await scrape(api.adminUrl)).get('dead_letters')).toBe(0)
    proxy.refuse()
    await until(async () => (await scrape(api.adminUrl)).get('redis_up{role="api"}') === 0)
    const seen = await scrape(api.adminUrl)
    for (const gauge of ['dead_letters', 'workers', 'jobs{status="queued"}', 'redis_memory_bytes'])
      expect([gauge, seen.has(gauge)]).toEqual([gauge, false])
    expect(seen.get('scrape_read_errors_total{reading="jobs"}')).toBeGreaterThan(0)
    const ready = await fetch(`${api.adminUrl}/readyz`)
    expect(await ready.json()).toMatchObject({ reasons: [{ code: 'redis_away' }] })
    expect((await fetch(`${api.adminUrl}/livez`)).status).toBe(200)
  })

  it('is told of while it waits for a Redis that is not there yet', async () => {
    const [proxy, port] = [await openRedisProxy({ refuses: true }), await findFreePort()]
    const settings = { REDIS_URL: proxy.url, ADMIN_PORT: String(port) }
    // it waits until the test says so
    const starting = stack.startApi(settings, { waitForRedisMs: 60_000 })
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).catch(() => null)
    const ready = await until(async () => await ask('/readyz'))
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { reasons: [{ code: 'starting' }, { code: 'redis_away' }] },
    ])
    expect((await ask('/livez'))?.status).toBe(200)
    expect((await scrape(`http://127.0.0.1:${port}`)).get('redis_up{role="api"}')).toBe(0)
    proxy.restore()
    await starting
    expect(await (await ask('/readyz'))?.json()).toEqual({ status: 'ok', reasons: [] })
  })
})
