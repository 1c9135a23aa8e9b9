import { createRequire } from 'node:module'
import { createLogger } from '@safelight/runtime'
import { startOtlpReceiver } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { openTraces } from './open-traces.ts'

function open(settings: Parameters<typeof openTraces>[0]['config']) {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ level: 'info', name: 'test', destination })
  const about = { name: 'safelight-test', instance: 'one', version: '1.2.3', log }
  const texts = () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
  return { texts, traces: openTraces({ config: settings, ...about }) }
}

const nothing = { parent: { traceId: null }, startMs: 1_000 }

// the first: nothing else of this file has loaded it then
it('does not load what makes traces unless somebody wants them', async () => {
  expect(await open({}).traces).toBeNull()
  const { cache } = createRequire(import.meta.url)
  expect(Object.keys(cache).filter((path) => path.includes('/sdk-trace'))).toEqual([])
})

it('says once that a collector is away, once that it is back, and loses what came in between', async () => {
  const collector = await startOtlpReceiver()
  const { texts, traces } = open({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/x` })
  const tracer = await traces
  if (!tracer) throw new Error('no traces')
  collector.refuse(true)
  // a batch each: it is sent at once when it is full
  const sendBatch = async () => {
    const before = collector.batches()
    for (let n = 0; n < 512; n += 1) tracer.start({ name: 'a', ...nothing }).end(2_000)
    await expect.poll(() => collector.batches(), { timeout: 10_000 }).toBeGreaterThan(before)
  }
  await sendBatch()
  await expect.poll(texts, { timeout: 10_000 }).toContain('traces cannot be sent')
  collector.refuse(false)
  await sendBatch()
  await expect.poll(texts).toContain('traces are sent again')
  tracer.start({ name: 'last', ...nothing }).end(2_000, { status: 'ok' })
  await tracer.close()
  expect(texts()).toEqual(['traces are sent', 'traces cannot be sent', 'traces are sent again'])
  expect(collector.spans.at(-1)).toMatchObject({
    name: 'last',
    startMs: 1_000,
    endMs: 2_000,
    service: 'safelight-test',
  })
  await collector.close()
})

it('does not keep a process that stops waiting for a collector that is not there', async () => {
  const { traces } = open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  const tracer = await traces
  tracer?.start({ name: 'a', ...nothing }).end(2_000)
  const startedAt = performance.now()
  await tracer?.close()
  expect(performance.now() - startedAt).toBeLessThan(4_500)
})
