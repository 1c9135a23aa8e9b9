import { createLogger, systemClock } from '@safelight/runtime'
import { describe, expect, it } from 'vitest'
import { COMMON_METRICS } from './common-catalogue.ts'
import { createMetrics } from './create-metrics.ts'
import { type Catalogue, OPEN } from './metric-spec.ts'

const TEST_METRICS = {
  ...COMMON_METRICS,
  doors_total: { type: 'counter', help: 'Doors.', labels: { side: ['left', 'right'] } },
  host_heat: { type: 'gauge', help: 'Heat.', labels: { host: OPEN } },
  host_falls_total: { type: 'counter', help: 'Falls.', labels: { host: OPEN } },
  depth: { type: 'gauge', help: 'Depth.' },
} as const satisfies Catalogue

/** A hundred times as fast. */
const quick = {
  now: systemClock.now,
  steady: () => systemClock.steady() * 100,
  after: (ms: number, act: () => void) => systemClock.after(ms / 100, act),
}

function open(clock = systemClock) {
  const metrics = createMetrics(TEST_METRICS, {
    clock,
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  const read = async (name: string) =>
    (await metrics.render()).split('\n').filter((line) => line.startsWith(`safelight_${name}`))
  return { metrics, read }
}

describe('metrics', () => {
  it('begin with 0 where the labels are a closed list, and take nothing outside of it', async () => {
    const { metrics, read } = open()
    metrics.inc('doors_total', { side: 'left' })
    metrics.inc('doors_total', { side: 'up' }, 2)
    expect(await read('doors_total')).toEqual([
      'safelight_doors_total{side="left"} 1',
      'safelight_doors_total{side="right"} 0',
      'safelight_doors_total{side="other"} 2',
    ])
  })

  it('have a bounded number of series, whatever hosts come and go', async () => {
    const { metrics, read } = open()
    for (let at = 0; at < 2_000; at += 1) metrics.set('host_heat', { host: `h${at}` }, at)
    const lines = await read('host_heat')
    expect(lines).toHaveLength(1_000)
    expect(lines).toContain('safelight_host_heat{host="h999"} 999')
    // of a thousand others, the last is not what all of them have
    expect(lines.join()).not.toContain('other')
    for (let at = 0; at < 2_000; at += 1) metrics.inc('host_falls_total', { host: `h${at}` })
    const falls = await read('host_falls_total')
    expect(falls).toHaveLength(1_001)
    expect(falls).toContain('safelight_host_falls_total{host="other"} 1000')
  })

  it('say nothing of a gauge that nobody has set', async () => {
    const { metrics, read } = open()
    expect(await read('depth')).toEqual([])
    metrics.set('depth', {}, 3)
    expect(await read('depth')).toEqual(['safelight_depth 3'])
  })

  it('stop nobody who counts nonsense', async () => {
    const { metrics, read } = open()
    metrics.inc('doors_total', { side: 'left' }, -1)
    metrics.observe('redis_ping_seconds', {}, Number.NaN)
    expect(await read('doors_total{side="left"}')).toEqual(['safelight_doors_total{side="left"} 0'])
  })
})

describe('a reading', () => {
  it('is read at a scrape, at most once a second, and gives what is there now', async () => {
    const { metrics, read } = open()
    let reads = 0
    metrics.addReading({
      name: 'heat',
      gauges: ['host_heat'],
      read: () => [['host_heat', { host: `h${reads++}` }, 1]],
    })
    const lines = await Promise.all([read('host_heat'), read('host_heat')])
    expect(lines.flat()).toEqual(Array(2).fill('safelight_host_heat{host="h0"} 1'))
    expect(await read('host_heat')).toHaveLength(1)
    expect(reads).toBe(1)
  })

  it('names the hosts there are, however many there have been', async () => {
    const { metrics, read } = open()
    let day = 0
    metrics.addReading({
      name: 'heat',
      gauges: ['host_heat'],
      maxAgeMs: 0,
      read: () => Array.from({ length: 300 }, (_, n) => ['host_heat', { host: `${day}-${n}` }, 1]),
    })
    for (; day < 2; day += 1) await metrics.render()
    expect(await read('host_heat')).toHaveLength(300)
    expect(await read('host_heat')).toContain('safelight_host_heat{host="2-299"} 1')
  })

  it('that fails is left out and counted, and the others are there', async () => {
    const { metrics, read } = open(quick)
    let works = true
    metrics.addReading({
      name: 'depth',
      gauges: ['depth'],
      maxAgeMs: 0,
      async read() {
        if (!works) throw new Error('away')
        return [['depth', {}, 7]]
      },
    })
    metrics.addReading({ name: 'stuck', gauges: [], read: () => new Promise(() => undefined) })
    metrics.addReading({
      name: 'heat',
      gauges: ['host_heat'],
      read: () => [['host_heat', { host: 'a' }, 1]],
    })
    expect(await read('depth')).toEqual(['safelight_depth 7'])
    works = false
    expect(await read('depth')).toEqual([])
    expect(await read('host_heat')).toHaveLength(1)
    const faults = await read('scrape_read_errors_total')
    expect(faults.join('\n')).toMatch(
      /reading="depth"} \d[^]*reading="stuck"} \d|reading="stuck"} \d[^]*reading="depth"} \d/,
    )
  })
})
