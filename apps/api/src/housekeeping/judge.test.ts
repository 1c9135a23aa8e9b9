import { type RetainedKind, RETAINED_KINDS } from '@safelight/shared'
import { DEFAULT_STORE_TIMINGS, type RetainedNow, type Swept } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { type HousekeepingFacts, toHousekeeping } from './judge.ts'
import { createRules } from './rules.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const NOW = Date.parse('2026-01-31T12:00:00Z')

const settings = {
  RETENTION: DAY_MS,
  DEAD_LETTER_RETENTION: 7 * DAY_MS,
  ASSET_RETENTION: null,
  JANITOR_EVERY: 5 * MINUTE_MS,
}
const rules = createRules(settings, DEFAULT_STORE_TIMINGS)

const sweptAgo = (ms: number): Swept => ({ at: NOW - ms, lastRemoved: null, total: 0 })

/** All is well, but for this. */
function judge({
  kinds = [],
  swept = [],
  ...over
}: {
  kinds?: [RetainedKind, { count: number; oldestAt: number | null }][]
  swept?: [Parameters<HousekeepingFacts['swept']['get']>[0], Swept][]
  retained?: Partial<RetainedNow>
  upMs?: number
}) {
  const view = toHousekeeping(rules, {
    nowMs: NOW,
    upMs: over.upMs ?? 0,
    retained: {
      kinds: new Map(kinds),
      assetDueAt: null,
      isEndless: false,
      hasWorkers: true,
      ...over.retained,
    },
    swept: new Map(swept),
  })
  const late = view.kinds.filter((kind) => kind.late).map(({ kind }) => kind)
  expect(view.late).toBe(late.length > 0)
  return { late, of: (kind: RetainedKind) => view.kinds.find((one) => one.kind === kind) }
}

it('tells of every kind what is known of it', () => {
  const { late, of } = judge({
    kinds: [['dead_letters', { count: 3, oldestAt: NOW - HOUR_MS }]],
    swept: [
      [
        'dead_letters',
        { at: NOW - MINUTE_MS, lastRemoved: { at: NOW - HOUR_MS, count: 2 }, total: 9 },
      ],
    ],
  })
  expect(late).toEqual([])
  for (const kind of RETAINED_KINDS) expect(of(kind)?.until).toMatch(/\w/)
  expect(of('dead_letters')).toMatchObject({
    count: 3,
    oldest_age_s: 3_600,
    retention_s: 7 * 86_400,
    setting: 'DEAD_LETTER_RETENTION',
    overdue_s: null,
    sweep: {
      every_s: 300,
      last_at: '2026-01-31T11:59:00.000Z',
      last_removed: { at: '2026-01-31T11:00:00.000Z', count: 2 },
      removed_total: 9,
    },
  })
  // for ever, as its setting says; and what Redis ends and nobody counts
  expect(of('assets')).toMatchObject({ retention_s: null, setting: 'ASSET_RETENTION' })
  expect(of('idempotency_keys')).toMatchObject({ count: null, retention_s: 86_400, sweep: null })
  expect(of('node_costs')).toMatchObject({ retention_s: null, at_most: 2_000, sweep: null })
})

describe('what is late', () => {
  it.each<[string, Parameters<typeof judge>[0], RetainedKind[]]>([
    ['an asset whose time is over since now', { retained: { assetDueAt: NOW - MINUTE_MS } }, []],
    [
      'one that two sweeps have left',
      { retained: { assetDueAt: NOW - 12 * MINUTE_MS } },
      ['assets'],
    ],
    ['an asset that is due in future', { retained: { assetDueAt: NOW + DAY_MS } }, []],
    [
      'bytes that nobody has removed for an hour',
      { kinds: [['unneeded_bytes', { count: 1, oldestAt: NOW - HOUR_MS }]] },
      ['unneeded_bytes'],
    ],
    [
      'a write of yesterday',
      { kinds: [['writes', { count: 1, oldestAt: NOW - 2 * DAY_MS }]] },
      ['writes'],
    ],
    [
      'a dead letter beyond its time',
      { kinds: [['dead_letters', { count: 1, oldestAt: NOW - 8 * DAY_MS }]] },
      ['dead_letters'],
    ],
    // it waited for long, and its time begins with its end
    ['an old job', { kinds: [['jobs', { count: 1, oldestAt: NOW - 30 * DAY_MS }]] }, []],
    [
      'a job without an end',
      {
        kinds: [['jobs', { count: 1, oldestAt: NOW - 30 * DAY_MS }]],
        retained: { isEndless: true },
      },
      ['jobs'],
    ],
    ['old knowledge of costs', { kinds: [['node_costs', { count: 1, oldestAt: 0 }]] }, []],
  ])('%s', (_, facts, late) => {
    expect(judge(facts).late).toEqual(late)
  })

  it('is also what nobody sweeps, and not before there was time for it', () => {
    expect(judge({ upMs: 10 * MINUTE_MS }).late).toEqual(['pools'])
    const ours: RetainedKind[] = [
      'jobs',
      'dead_letters',
      'assets',
      'unneeded_bytes',
      'writes',
      'broken_parts',
      'pools',
    ]
    expect(judge({ upMs: HOUR_MS }).late).toEqual(ours)
    expect(judge({ upMs: HOUR_MS, swept: [['jobs', sweptAgo(MINUTE_MS)]] }).late).not.toContain(
      'jobs',
    )
    expect(judge({ swept: [['jobs', sweptAgo(DAY_MS)]] }).late).toEqual(['jobs'])
  })

  it('is not what workers sweep while there is none, or only such as do not tell', () => {
    const swept = [['staged_inputs', sweptAgo(DAY_MS)] as const].map(
      ([kind, at]) => [kind, at] as [typeof kind, Swept],
    )
    expect(judge({ swept }).late).toEqual(['staged_inputs'])
    expect(judge({ swept, retained: { hasWorkers: false } }).late).toEqual([])
    expect(judge({ upMs: 3 * MINUTE_MS }).late).toEqual([])
  })
})
