/** Jobs that name model files which not every host has, or none. */
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createClient } from '@safelight/client'
import type { Workflow } from '@safelight/shared'
import { type Simulator, startSimulator } from '@safelight/simulator'
import { textToImage } from '@safelight/simulator/testing'
import { until } from '@safelight/testkit'
import { openTestBed } from '@safelight/testkit/vitest'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endOf } from '../testing/client.ts'

const EVERYWHERE = 'everywhere.safetensors'

let bed: Awaited<ReturnType<typeof openTestBed>>
let hosts: { one: Simulator; other: Simulator }
let client: ReturnType<typeof createClient>
let baseUrl: string
beforeEach(async () => {
  bed = await openTestBed()
  const { scope, env, log } = bed
  const start = (...own: string[]) =>
    startSimulator({ speed: 50, models: { checkpoints: [EVERYWHERE, ...own] } })
  hosts = {
    one: scope.use(await start('only-one.safetensors')),
    other: scope.use(await start('sub/only-other.safetensors')),
  }
  const api = scope.use(
    await createApi(loadApiConfig({ ...env, PORT: '0' }), {
      log,
      // a busy machine takes its time to ask a host
      timings: { filesLookMs: 20_000, requestDeadlineMs: 25_000 },
    }),
  )
  baseUrl = api.url
  client = createClient({ baseUrl })
  const urls = Object.values(hosts).map(({ url }) => url)
  const config = loadWorkerConfig({ ...env, COMFYUI_HOSTS: urls.join(',') })
  scope.use(await createWorkerApp(config, { log, timings: QUICK_TIMINGS }))
  await until(async () => {
    const views = await client.hosts.list()
    const lists = await bed.redis.hlen(bed.keys.hostFilesAt)
    return views.filter(({ state }) => state === 'ready').length === 2 && lists === 2
  })
})
afterEach(() => bed.close())

let seed = 0
function picture(checkpoint: string): Workflow {
  seed += 1
  return textToImage({ text: `${seed}`, seed, steps: 1, checkpoint })
}

const hostOf = ({ url }: Simulator) => new URL(url).host
const submit = (name: string) => client.jobs.submit(picture(name))

async function runOf(name: string): Promise<unknown> {
  const { id } = await submit(name)
  const { status, host_id } = await endOf(baseUrl, id)
  return [status, host_id]
}

describe('a model file that not every host has', () => {
  it('has its jobs run where it is, and those of others anywhere', async () => {
    const runs = await Promise.all(
      Array.from({ length: 4 }, (_, at) =>
        runOf(at % 2 === 0 ? 'only-one.safetensors' : 'sub/only-other.safetensors'),
      ),
    )
    const [one, other] = [hosts.one, hosts.other].map((host) => ['succeeded', hostOf(host)])
    expect(runs).toEqual([one, other, one, other])
    expect(await runOf(EVERYWHERE)).toContain('succeeded')
  })

  it('is refused when no host has it, in the words of a host', async () => {
    await expect(submit('nowhere.safetensors')).rejects.toMatchObject({
      status: 422,
      code: 'invalid_workflow',
      message: expect.stringContaining(
        "ckpt_name: 'nowhere.safetensors' not in the list of any host",
      ),
      details: {
        node_errors: {
          '4': {
            class_type: 'CheckpointLoaderSimple',
            errors: [
              {
                type: 'value_not_in_list',
                message: 'Value not in list',
                extra_info: { input_name: 'ckpt_name', received_value: 'nowhere.safetensors' },
              },
            ],
          },
        },
      },
    })
    expect(hosts.one.prompts().length + hosts.other.prompts().length).toBe(0)
  })

  it('may be called as a host on Windows would list it', async () => {
    expect(await runOf('sub\\only-other.safetensors')).toEqual(['succeeded', hostOf(hosts.other)])
  })

  it('is taken at once when it has just been copied to a host, and run there', async () => {
    hosts.other.models.add('checkpoints', 'new.safetensors')
    expect(await runOf('new.safetensors')).toEqual(['succeeded', hostOf(hosts.other)])
    // of what the hosts are asked for as a whole, they search their disks
    expect([hosts.one.described(), hosts.other.described()]).toEqual([1, 1])
  })

  it('is waited for while a host cannot be asked, with the reason told, and run when one has it', async () => {
    await hosts.other.close()
    await until(async () => (await client.hosts.list()).some(({ state }) => state === 'offline'))
    const { id } = await submit('sub/only-other.safetensors')
    const waiting = await until(async () => {
      const job = await client.jobs.get(id)
      return job.warnings.length > 0 && job
    })
    expect(waiting).toMatchObject({
      status: 'queued',
      warnings: [
        { code: 'no_host', message: expect.stringContaining('sub/only-other.safetensors') },
      ],
    })
    // others pass it
    expect(await runOf(EVERYWHERE)).toEqual(['succeeded', hostOf(hosts.one)])
    hosts.one.models.add('checkpoints', 'sub/only-other.safetensors')
    expect(await endOf(baseUrl, id)).toMatchObject({
      status: 'succeeded',
      host_id: hostOf(hosts.one),
    })
    expect((await client.jobs.get(id)).warnings).toEqual([])
  })
})
