/** After a run of jobs the numbers say what happened. */
import { createLogger, systemClock } from '@safelight/runtime'
import type { Simulator } from '@safelight/simulator'
import { createMetrics, WORKER_METRICS } from '@safelight/telemetry'
import { findFreePort } from '@safelight/testkit'
import { openRedisProxy } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { hostIdOf } from '../hosts/host-id.ts'
import { raising, slow, txt2img } from '../testing/graphs.ts'
import { hearWorker } from '../testing/hear.ts'
import { eachWithHost, until, type WorkerStack } from '../testing/stack.ts'
import { countWorkerEvents } from './count-events.ts'

const REASON = z.object({ code: z.string() })

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

/** Series → value, of a scrape. */
function parse(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at).replace('safelight_', ''), Number(line.slice(at + 1))]
    }),
  )
}

it('counts successes, failures, cancels and retries as they were', async () => {
  const log = createLogger({ level: 'silent', name: 'test' })
  const metrics = createMetrics(WORKER_METRICS, { clock: systemClock, log })
  const { events, of } = hearWorker()
  countWorkerEvents(events, metrics)
  await stack.startWorker([host.url], { events })
  const made = await stack.end(await stack.submit(txt2img()))
  await stack.end(await stack.submit(raising('value_error'), { nodeRetries: 1 }))
  const canceled = await stack.submit(slow({ color: 1, steps: 2_000, seconds: 1 }))
  await stack.when(canceled, ({ phase }) => phase === 'executing')
  await stack.cancel(canceled)
  await stack.end(canceled)
  await until(() => (of('job:ended').length === 3 ? true : null))

  const scraped = parse(await metrics.render())
  const bytes = made.outputs.reduce((sum, { size_bytes }) => sum + size_bytes, 0)
  const hostId = hostIdOf(new URL(host.url))
  expect(Object.fromEntries(scraped)).toMatchObject({
    'jobs_ended_total{status="succeeded",code="none"}': 1,
    'jobs_ended_total{status="failed",code="node_execution_error"}': 1,
    'jobs_ended_total{status="canceled",code="none"}': 1,
    attempts_started_total: 4,
    attempts_adopted_total: 0,
    'attempts_failed_total{cause="node"}': 2,
    'dispatched_total{models="none",pool="any"}': 4,
    // before the first of them, so that its rise can be seen
    'dispatched_total{models="to_load",pool="any"}': 0,
    dispatch_duration_seconds_count: 4,
    // not of the one that took two attempts
    queue_duration_seconds_count: 2,
    execute_duration_seconds_count: 3,
    collect_duration_seconds_count: 1,
    outputs_stored_total: made.outputs.length,
    output_bytes_total: bytes,
    [`model_loads_total{host="${hostId}"}`]: 1,
    workers_lost_total: 0,
    listener_faults_total: 0,
  })
  // what was written by this worker, each write once
  const written = of('event:appended')
  expect(scraped.get('event_append_duration_seconds_count')).toBe(written.length)
  expect(scraped.get('events_appended_total{type="output"}')).toBe(
    written.flatMap(({ types }) => types).filter((type) => type === 'output').length,
  )
})

it('counts the progress that it spares, and the jobs that are overtaken for what a host has loaded', async () => {
  const log = createLogger({ level: 'silent', name: 'test' })
  const metrics = createMetrics(WORKER_METRICS, { clock: systemClock, log })
  const { events, of } = hearWorker()
  countWorkerEvents(events, metrics)
  const submit = (file: string, color: number, steps: number) =>
    stack.submit(slow({ color, steps, seconds: 0.1 }), {}, { files: [file] })
  const first = await submit('a.safetensors', 1, 100)
  const passed = await submit('b.safetensors', 2, 1)
  const next = await submit('a.safetensors', 3, 1)
  await stack.startWorker([host.url], { events, env: { HOST_SLOTS: '1' } })
  for (const jobId of [first, passed, next]) await stack.end(jobId)
  await until(() => (of('job:put-down').length === 3 ? true : null))
  expect(of('job:dispatched')).toMatchObject([
    { jobId: first, overtaken: 0, models: 'to_load' },
    { jobId: next, overtaken: 1, models: 'in_place' },
    { jobId: passed, overtaken: 0, models: 'to_load' },
  ])
  const spared = of('progress:coalesced').reduce((sum, { count }) => sum + count, 0)
  // it moves more often than ten times a second
  expect(spared).toBeGreaterThan(0)
  expect(Object.fromEntries(parse(await metrics.render()))).toMatchObject({
    overtaken_total: 1,
    progress_coalesced_total: spared,
    'dispatched_total{models="in_place",pool="any"}': 1,
    'dispatched_total{models="to_load",pool="any"}': 2,
  })
})

it('serves them with the state of its hosts, and says when it is ready', async () => {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ level: 'info', name: 'worker', destination })
  const worker = await stack.startWorker([host.url], {
    log,
    env: { ADMIN_PORT: '0', HOST_SLOTS: '3', LOG_LEVEL: 'info', MAX_RUNNING_PER_OWNER: '4' },
  })
  const { url } = JSON.parse(lines.find((line) => line.includes('"msg":"admin"')) ?? '{}')
  const read = async (path: string) => await fetch(`${url}${path}`)
  const jobId = await stack.submit(slow({ color: 1, steps: 2_000, seconds: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  const of = (name: string, more = '') => `${name}{host="${hostIdOf(new URL(host.url))}"${more}}`
  const scraped = parse(await (await read('/metrics')).text())
  expect(Object.fromEntries(scraped)).toMatchObject({
    [of('slots')]: 3,
    [of('slots_used')]: 1,
    [of('host_up')]: 1,
    owner_limit: 4,
    [of('host_state', ',state="busy"')]: 1,
    [of('host_state', ',state="offline"')]: 0,
  })
  expect(scraped.get(of('host_gpu_memory_bytes'))).toBeGreaterThan(0)
  expect((await read('/livez')).status).toBe(200)
  expect(await (await read('/readyz')).json()).toEqual({ status: 'ok', reasons: [] })
  await stack.cancel(jobId)
  await stack.end(jobId)
  await worker.close()
  await expect(read('/livez')).rejects.toThrow('fetch failed')
})

it('lives while it waits for a Redis that is not there yet, and says so', async () => {
  const [proxy, port] = [await openRedisProxy({ refuses: true }), await findFreePort()]
  const env = { REDIS_URL: proxy.url, ADMIN_PORT: String(port) }
  const starting = stack.startWorker([host.url], { env })
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).catch(() => null)
  const reasons = async () => {
    const answer = await ask('/readyz')
    return answer && z.object({ reasons: z.array(REASON) }).parse(await answer.json()).reasons
  }
  const codes = async () => (await reasons())?.map(({ code }) => code).join(' ')
  await until(async () => ((await codes()) === 'starting redis_away' ? true : null))
  expect((await ask('/readyz'))?.status).toBe(503)
  expect((await ask('/livez'))?.status).toBe(200)
  const scrape = async () => parse((await (await ask('/metrics'))?.text()) ?? '')
  const away = await scrape()
  expect(away.get('redis_up{role="worker"}')).toBe(0)
  expect(away.has('redis_memory_bytes')).toBe(false)

  proxy.restore()
  await starting
  await until(async () => ((await codes()) === '' ? true : null))
  // readings are remembered for a second
  const up = await until(async () => {
    const scraped = await scrape()
    return scraped.get('redis_up{role="worker"}') === 1 ? scraped : null
  })
  expect(up.get('redis_up{role="subscriber"}')).toBe(1)
  expect(up.get('redis_ping_seconds_count')).toBeGreaterThan(0)
  // the embedded one does not say how much
  expect(up.get('redis_memory_bytes')).toBeGreaterThanOrEqual(0)
  expect((await ask('/debug/state'))?.status).toBe(200)
})
