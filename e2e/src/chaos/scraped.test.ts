import { expect, it } from 'vitest'
import type { Series } from '../monitoring/prometheus.ts'
import type { Life, Told } from './ledger.ts'
import { compareScraped, type ScrapedCount } from './scraped.ts'

const METRIC = 'safelight_jobs_ended_total'
const ended = (seconds: number, status = 'succeeded'): Told => ({
  at: seconds * 1_000,
  name: 'job:ended',
  status,
  code: null,
})
const life = (startedAt: number, ...told: Told[]): Life => ({ instance: 'w:1', startedAt, told })
const series = (labels: object, ...samples: [number, number][]): Series => ({
  labels: { instance: 'w:1', ...labels },
  samples,
})

/** Scrapes take half a second. */
function compare(
  lives: Life[],
  given: { starts: [number, number][]; values: Series[] },
): ScrapedCount & { all: string[] } {
  const { counts, faults } = compareScraped(
    {
      starts: [series({}, ...given.starts)],
      durations: [series({}, ...given.starts.map(([at]): [number, number] => [at, 0.5]))],
      counters: new Map([[METRIC, given.values]]),
    },
    lives,
  )
  const found = counts.find(({ metric }) => metric === METRIC)
  if (!found) throw new Error('not counted')
  return { ...found, all: [...faults, ...found.faults] }
}

const succeeded = { status: 'succeeded', code: 'none' }

it('counts the last scrape of every life, and what each said after it', () => {
  const lives = [life(10, ended(11), ended(12), ended(13.9)), life(20, ended(21), ended(22))]
  const found = compare(lives, {
    starts: [
      [11.5, 10],
      [13, 10],
      [21.5, 20.4],
    ],
    values: [series(succeeded, [11.5, 1], [13, 2], [21.5, 1])],
  })
  expect(found).toMatchObject({ counted: 3, unscraped: 2, all: [] })
})

it('allows what was said while the scrape was answered, and nothing else', () => {
  const lives = [life(10, ended(11), ended(13.3))]
  const counted = (value: number) =>
    compare(lives, { starts: [[13, 10]], values: [series(succeeded, [13, value])] }).all
  expect(counted(1)).toEqual([])
  expect(counted(2)).toEqual([])
  expect(counted(0)).toEqual([`w:1 counted 0 ${METRIC} {succeeded/none}, and had said 1 to 2`])
  expect(counted(3)).toHaveLength(1)
})

it('tells labels apart', () => {
  const lives = [life(10, ended(11), ended(11, 'failed'))]
  const found = compare(lives, {
    starts: [[13, 10]],
    values: [series(succeeded, [13, 2]), series({ status: 'failed', code: 'none' }, [13, 0])],
  })
  expect(found.counted).toBe(2)
  expect(found.all).toHaveLength(2)
})

it('knows no life that said nothing, and a life that was never scraped', () => {
  expect(compare([life(10, ended(11))], { starts: [], values: [] })).toMatchObject({
    counted: 0,
    unscraped: 1,
    all: [],
  })
  expect(compare([], { starts: [[13, 10]], values: [] }).all).toEqual([
    'w:1 was scraped, started at 10, and said nothing',
  ])
})

it('counts by how much an event counts, where one tells of several', () => {
  const sweep = (at: number, tickets: number): Told => ({
    at: at * 1_000,
    name: 'reconciler:found',
    tickets,
    undriven: 0,
    strays: 1,
  })
  const metric = 'safelight_reconciler_found_total'
  const values = [['tickets', 5] as const, ['undriven', 0] as const, ['strays', 2] as const]
  const { counts } = compareScraped(
    {
      starts: [series({}, [13, 10])],
      durations: [],
      counters: new Map([[metric, values.map(([kind, value]) => series({ kind }, [13, value]))]]),
    },
    [life(10, sweep(11, 2), sweep(12, 3))],
  )
  expect(counts.find((one) => one.metric === metric)).toEqual({
    metric,
    counted: 7,
    unscraped: 0,
    faults: [],
  })
})
