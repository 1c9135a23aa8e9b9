/** The page of tickets: it shows queues that are there, and moves none of them. */
import { ANY_POOL, hostQueueOf, intakeQueueOf } from '@safelight/store'
import { newHostReport } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { submitJob } from '../testing/http.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), { settings: { ADMIN_PORT: '0' } })

const listSchema = z.object({
  queues: z.array(
    z.object({
      name: z.string(),
      readOnlyMode: z.boolean(),
      hasWorkers: z.boolean().nullable(),
      counts: z.object({ waiting: z.int() }),
    }),
  ),
})

it('lists the queues of pools and hosts, and lets nobody move a ticket', async () => {
  const report = newHostReport(await stack.store.now())
  await stack.hosts.report(report)
  const { id } = await submitJob(stack.api.url)
  const board = `${stack.api.adminUrl}/queues`
  const answer = await fetch(`${board}/api/queues`)
  const { queues } = listSchema.parse(await answer.json())
  const intake = intakeQueueOf(ANY_POOL)
  expect(queues.map(({ name }) => name)).toEqual(
    [
      hostQueueOf(report.hostId, 'collect'),
      hostQueueOf(report.hostId, 'execute'),
      intake,
    ].toSorted(),
  )
  expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true)
  // it cannot know them, and says nothing rather than that there are none
  expect(queues.every(({ hasWorkers }) => hasWorkers === null)).toBe(true)
  expect(queues.find(({ name }) => name === intake)?.counts.waiting).toBe(1)

  for (const path of [`${intake}/retry/failed`, `${intake}/clean/completed`, `${intake}/pause`]) {
    const refused = await fetch(`${board}/api/queues/${path}`, { method: 'PUT' })
    expect([path, refused.status]).toEqual([path, 405])
  }
  expect((await fetch(`${board}/api/queues/${intake}/add`, { method: 'POST' })).status).toBe(405)
  expect((await stack.store.load(id))?.status).toBe('queued')
})

it('serves its page under its path, and asks nobody else for anything', async () => {
  const board = `${stack.api.adminUrl}/queues`
  const page = await fetch(board)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
  const html = await page.text()
  expect(html).toContain('<base href="/queues/"')
  const scripts = [...html.matchAll(/src="(static\/[^"]+\.js)"/g)].map(([, path]) => path)
  expect(scripts.length).toBeGreaterThan(0)
  for (const path of scripts) expect((await fetch(`${board}/${path}`)).status).toBe(200)
})

it('tells no message of what went wrong, and blames what cannot be read on whoever sent it', async () => {
  await submitJob(stack.api.url)
  const api = `${stack.api.adminUrl}/queues/api/queues`
  const intake = intakeQueueOf(ANY_POOL)
  // a key of the queue that is no job
  const broken = await fetch(`${api}/${intake}/wait`)
  expect([broken.status, await broken.json()]).toMatchObject([
    500,
    { error: { code: 'upstream_error', message: 'Something went wrong; the log says what.' } },
  ])
  const unreadable = await fetch(`${api}/${intake}/%E0%A4%A`)
  expect([unreadable.status, await unreadable.json()]).toMatchObject([
    400,
    { error: { code: 'invalid_request' } },
  ])
})
