/** A stack with a life worth looking at: hosts of several kinds, jobs done, running, waiting, failed. */
import { createLogger } from '@safelight/runtime'
import { createClient, type Client } from '@safelight/client'
import type { Workflow } from '@safelight/shared'
import { endOf, readExample, whenJob } from '../testing/client.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { raising } from '../testing/workflows.ts'

const TEXTS = [
  'a lighthouse at dusk, calm sea',
  'pine hills under a full moon',
  'a red barn in the snow',
  'a sailing boat in the morning mist',
  'mountains over a still lake, sunrise',
  'a castle on a cliff, storm clouds',
  'a desert at noon, three cacti',
  'a village at night, stars',
]

const HOSTS = [
  { name: 'gpu-1', labels: ['sdxl', 'fast'] },
  { name: 'gpu-2', labels: ['sdxl'] },
  { name: 'gpu-3', labels: [] },
]

/** Whose the jobs are, in turns. */
const OWNERS = ['studio', 'ada', undefined] as const

export interface Scene {
  stack: Stack
  client: Client
  url: string
  /** Ids of jobs that are as their names say. */
  done: string
  failed: string
  running: string
  /** Waits behind others, with a place in line and an estimate. */
  queued: string
  /** One more, in the middle of its way: its id. */
  startRunning: () => Promise<string>
  close(): Promise<void>
}

/** @param env settings that lead to a Redis, a namespace and a folder */
export async function setScene(env: Record<string, string>): Promise<Scene> {
  const stack = await startStack(
    { workers: 2, dialects: ['0.33.0', '0.3.64', '0.3.34'], listed: HOSTS, speed: 2 },
    { env, log: createLogger({ level: 'silent', name: 'screenshots' }) },
  )
  const url = stack.urls[0] ?? ''
  const client = createClient({ baseUrl: url })
  const batch = { batch: 'dusk', batch_count: 4 }
  const submit = (at: number, steps?: number) => {
    const owner = OWNERS[Math.floor(at / 4) % OWNERS.length]
    return client.jobs.submit(toPicture(TEXTS[at % TEXTS.length] ?? '', at, steps), {
      ...(owner !== undefined && { owner }),
      ...(at < 4 && { metadata: { ...batch, batch_index: at + 1 } }),
    })
  }
  const done: string[] = []
  for (let at = 0; at < 10; at += 1) done.push((await submit(at)).id)
  const failing = await client.jobs.submit(raising('value_error'))
  await Promise.all([...done, failing.id].map((id) => endOf(url, id)))
  const gone = await client.jobs.submit(toPicture('never made', 90, 400))
  await client.jobs.cancel(gone.id)
  await endOf(url, gone.id)
  // longer than any screenshot takes; one per host, and some that wait behind them
  const long: string[] = []
  for (let at = 0; at < 9; at += 1) long.push((await submit(100 + at, 600)).id)
  const queued = await client.jobs.submit(toPicture(TEXTS[5] ?? '', 200, 300), { priority: -1 })
  return {
    stack,
    client,
    url,
    done: done[0] ?? '',
    failed: failing.id,
    running: long[0] ?? '',
    queued: queued.id,
    async startRunning() {
      // who is before it would keep the hosts for minutes
      await client.jobs.cancelMany({ status: ['queued', 'running'] })
      const { id } = await submit(done.length, 250)
      done.push(id)
      // far enough for its preview to be a picture
      await whenJob(url, id, ({ progress }) => (progress?.value ?? 0) > 0.45)
      return id
    },
    async close() {
      client.close()
      await stack.close()
    },
  }
}

function toPicture(text: string, seed: number, steps = 20): Workflow {
  const { '3': sampler, '6': prompt, ...rest } = readExample()
  if (!sampler || !prompt) throw new Error('the example has changed')
  return {
    ...rest,
    '6': { ...prompt, inputs: { ...prompt.inputs, text } },
    '3': { ...sampler, inputs: { ...sampler.inputs, seed, steps } },
  }
}
