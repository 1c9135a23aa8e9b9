import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createClient } from '@safelight/client'
import { startSimulator } from '@safelight/simulator'
import { openTestBed } from '@safelight/testkit/vitest'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import { expect, it, onTestFinished } from 'vitest'
import { endOf, textToImage } from './testing/client.ts'

it('a credential is sealed between API and worker, which both have the key', async () => {
  const bed = await openTestBed()
  onTestFinished(() => bed.close())
  const { scope, log } = bed
  const env = { ...bed.env, SAFELIGHT_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') }
  const api = scope.use(await createApi(loadApiConfig({ ...env, PORT: '0' }), { log }))
  const client = createClient({ baseUrl: api.url })
  const extraData = { api_key_comfy_org: 'correct-horse' }
  const job = await client.jobs.submit(textToImage(1, 1), { extra_data: extraData })
  const stored = await bed.redis.get(bed.keys.secrets(job.id))
  expect(stored).toContain('sealed')
  expect(stored).not.toContain('horse')

  const host = scope.use(await startSimulator({ dialect: '0.33.0', speed: 20 }))
  const config = loadWorkerConfig({ ...env, COMFYUI_HOSTS: host.url })
  scope.use(await createWorkerApp(config, { log, timings: QUICK_TIMINGS }))
  expect(await endOf(api.url, job.id)).toMatchObject({ status: 'succeeded' })
})

it('a key that is none is refused, and not repeated', () => {
  for (const key of ['correct-horse', 'ab'.repeat(31), `${'a'.repeat(44)}=`]) {
    const load = () => loadApiConfig({ SAFELIGHT_SECRET_KEY: key })
    expect(load).toThrow('SAFELIGHT_SECRET_KEY: must be 32 bytes')
    expect(load).not.toThrow(key)
  }
  const { SAFELIGHT_SECRET_KEY: key } = loadApiConfig({ SAFELIGHT_SECRET_KEY: 'ab'.repeat(32) })
  expect(key).toHaveLength(32)
})
