/** What an operator is told of what is kept, and that it goes when its time is over though nobody asks for it. */
import { housekeepingViewSchema, type RetainedKind } from '@safelight/shared'
import { status, until } from '@safelight/testkit'
import { acceptJob } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { FAILED, RUNNING } from '../testing/play-worker.ts'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { submitJob } from '../testing/http.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), { timings: { housekeepingAgeMs: 0 } })

async function look(url = stack.api.url) {
  const response = await fetch(`${url}/api/v2/housekeeping`)
  expect(response.status).toBe(200)
  const view = housekeepingViewSchema.parse(await response.json())
  return { ...view, of: (kind: RetainedKind) => view.kinds.find((one) => one.kind === kind) }
}

it('counts what is kept, by the settings of the API, and finds nothing late', async () => {
  const { id } = await submitJob(stack.api.url)
  await submitJob(stack.api.url)
  await stack.append(id, RUNNING)
  await stack.append(id, FAILED)
  const { late, of } = await look()
  expect(late).toBe(false)
  expect(of('jobs')).toMatchObject({ count: 1, retention_s: 86_400, setting: 'RETENTION' })
  expect(of('dead_letters')).toMatchObject({ count: 0, oldest_age_s: null })
  expect(of('event_streams')).toMatchObject({ count: null, retention_s: 3_600, sweep: null })
})

it('sweeps what is over, and tells of it at every API and in the metrics', async () => {
  const api = await stack.startApi({
    ADMIN_PORT: '0',
    JANITOR_EVERY: '1s',
    RETENTION: '1s',
    DEAD_LETTER_RETENTION: '1s',
  })
  const gone = await acceptJob(stack.store)
  await stack.append(gone, RUNNING)
  await stack.append(gone, status('failed', { deadLetter: true }))
  await stack.redis.del(stack.keys.job(gone))
  await until(async () => {
    const { of } = await look()
    const totals = [of('jobs'), of('dead_letters')].map((kind) => kind?.sweep?.removed_total)
    return totals.every((total) => total === 1)
  })
  const { of } = await look(api.url)
  expect(of('dead_letters')).toMatchObject({ count: 0, sweep: { last_removed: { count: 1 } } })
  expect(of('broken_parts')?.sweep?.last_at).not.toBeNull()
  const metrics = await (await fetch(`${api.adminUrl}/metrics`)).text()
  for (const line of [
    /^safelight_swept_total\{kind="dead_letters"\} 1$/m,
    /^safelight_swept_total\{kind="jobs"\} 1$/m,
    /^safelight_retained\{kind="jobs"\} 0$/m,
    /^safelight_housekeeping_late\{kind="assets"\} 0$/m,
    /^safelight_sweep_last_success_timestamp_seconds\{kind="jobs"\} 1\.?\d{9}/m,
  ])
    expect(metrics).toMatch(line)
})
