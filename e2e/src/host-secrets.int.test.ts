/** What goes along with the calls to a host stays in the worker that was given it. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createClient } from '@safelight/client'
import { createLogger } from '@safelight/runtime'
import type { ToldHost } from '@safelight/shared'
import { startSimulator } from '@safelight/simulator'
import { until } from '@safelight/testkit'
import { dumpKeys, openTestBed } from '@safelight/testkit/vitest'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import { expect, it, onTestFinished } from 'vitest'
import { endOf, textToImage } from './testing/client.ts'

const HEADER = 'hunter2-in-a-header'
const QUERY = 'hunter2-in-a-query'
const PASSWORD = 'hunter2-in-a-url'
const BASIC = Buffer.from(`me:${PASSWORD}`).toString('base64')
/** In none of its spellings. */
const SECRET = new RegExp(`hunter2|${BASIC}`)

it('no log, no key, no file and no answer shows the credentials of a host', async () => {
  const bed = await openTestBed()
  onTestFinished(() => bed.close())
  const { scope, env } = bed
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ level: 'trace', name: 'test', destination })
  const host = scope.use(await startSimulator({ dialect: '0.33.0', speed: 20 }))
  const other = scope.use(await startSimulator({ dialect: '0.33.0', speed: 20 }))
  host.faults.set({ demandsAuthorization: `Bearer ${HEADER}` })
  other.faults.set({ demandsAuthorization: `Basic ${BASIC}` })
  const otherUrl = `${other.url.replace('http://', `http://me:${PASSWORD}@`)}?token=${QUERY}`
  const file = join(bed.folder, 'hosts.yaml')
  const write = (...hosts: object[]) => writeFile(file, JSON.stringify({ hosts }))
  const first = {
    name: 'first',
    url: host.url,
    headers: { authorization: `Bearer ${HEADER}`, 'x-pod': HEADER },
  }
  await write(first, { name: 'second', url: otherUrl })

  const api = scope.use(await createApi(loadApiConfig({ ...env, PORT: '0' }), { log }))
  const config = loadWorkerConfig({ ...env, SAFELIGHT_HOSTS_FILE: file, LOG_LEVEL: 'trace' })
  const session = { firstLookMs: 300, unreachableMs: 1_000, pollMs: 50 }
  scope.use(
    await createWorkerApp(config, {
      log,
      timings: { ...QUICK_TIMINGS, session: { ...QUICK_TIMINGS.session, ...session } },
    }),
  )
  const client = createClient({ baseUrl: api.url })
  const when = (id: string, as: (host: ToldHost) => boolean) =>
    until(async () => (await client.hosts.list()).some((one) => one.id === id && as(one)))
  const whenState = (id: string, wanted: string) => when(id, ({ state }) => state === wanted)
  await whenState('first', 'ready')
  await whenState('second', 'ready')

  // one that succeeds on each, one that loses its host, one that cannot be had, and a change of the file
  const jobs = await Promise.all(
    [1, 2, 3, 4].map((seed) => client.jobs.submit(textToImage(seed, 4))),
  )
  for (const { id } of jobs) expect(await endOf(api.url, id)).toMatchObject({ status: 'succeeded' })
  expect(host.executions().length).toBeGreaterThan(0)
  expect(other.executions().length).toBeGreaterThan(0)
  const lost = await client.jobs.submit(textToImage(5, 400))
  await until(async () => ((await client.jobs.get(lost.id)).status === 'running' ? true : null))
  for (const one of [host, other]) one.faults.set({ demandsAuthorization: 'Bearer new' })
  await whenState('first', 'offline')
  // not before: a host that has just lost a job rests
  await when('second', ({ reason }) => reason.code === 'unauthorized')
  await until(() => (lines.some((line) => line.includes('attempt broke off')) ? true : null))
  await write({ ...first, headers: { authorization: `Bearer ${HEADER}`, 'x-pod': 'new' } })
  await until(() => (lines.some((line) => line.includes('host has left')) ? true : null))

  const answers = await Promise.all(
    ['/api/v2/hosts', `/api/v2/jobs/${lost.id}`, '/api/v2/jobs', '/readyz'].map(async (path) =>
      (await fetch(api.url + path)).text(),
    ),
  )
  expect(answers[0]).toContain('"second"')
  const kept = join(bed.folder, 'redis.json')
  await dumpKeys(bed.redis, bed.namespace, kept)
  const redis = await readFile(kept, 'utf8')
  expect(redis).toContain('second')
  expect(lines.length).toBeGreaterThan(20)
  expect([...answers, redis, ...lines].filter((text) => SECRET.test(text))).toEqual([])
  for (const name of await readdir(bed.dataDir, { recursive: true }))
    expect(name).not.toMatch(SECRET)
})
