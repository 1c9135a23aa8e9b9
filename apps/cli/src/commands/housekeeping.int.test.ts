/** What the command makes of an answer, which a server gives that gives no other. */
import { type HousekeepingView, housekeepingViewSchema } from '@safelight/shared'
import { expect, it } from 'vitest'
import { startAnswers } from '../testing/run-against.ts'

const kind = (over: Partial<HousekeepingView['kinds'][number]>) => ({
  kind: 'secrets' as const,
  count: null,
  oldest_age_s: null,
  retention_s: 86_400,
  setting: null,
  at_most: null,
  until: 'the end of their job',
  overdue_s: null,
  sweep: null,
  late: false,
  ...over,
})

const sweep = { every_s: 300, last_at: '2026-01-31T11:58:00.000Z', last_removed: null }

const VIEW = housekeepingViewSchema.parse({
  at: '2026-01-31T12:00:00.000Z',
  late: true,
  kinds: [
    kind({}),
    kind({
      kind: 'jobs',
      count: 812,
      oldest_age_s: 82_800,
      setting: 'RETENTION',
      sweep: { ...sweep, removed_total: 10_455 },
    }),
    kind({
      kind: 'unneeded_bytes',
      count: 40,
      oldest_age_s: 10_800,
      retention_s: 0,
      overdue_s: 10_800,
      sweep: { ...sweep, removed_total: 9 },
      late: true,
    }),
    kind({ kind: 'node_costs', count: 7, retention_s: null, at_most: 2_000 }),
    kind({
      kind: 'pools',
      count: 1,
      retention_s: null,
      sweep: { ...sweep, last_at: null, removed_total: 0 },
      late: true,
    }),
  ],
} satisfies HousekeepingView)

async function run(...args: string[]) {
  const safelight = await startAnswers({ 'GET /api/v2/housekeeping': () => VIEW })
  return safelight('housekeeping', ...args)
}

it('shows each kind on a line: how many, how old, how long they are kept, and what is late', async () => {
  const { code, out, err } = await run()
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['KIND', 'COUNT', 'OLDEST', 'KEPT', 'SETTING', 'SWEPT', 'REMOVED', 'STATE'],
    ['secrets', '–', '–', '1 d', '–', '–', '–', 'in time'],
    ['jobs', '812', '23 h', '1 d', 'RETENTION', '2 min', '10455', 'in time'],
    ['unneeded bytes', '40', '3 h', 'not at all', '–', '2 min', '9', 'late: due 3 h ago'],
    ['node costs', '7', '–', '2000 at most', '–', '–', '–', 'in time'],
    ['pools', '1', '–', '–', '–', '–', '0', 'late: not swept'],
    [''],
  ])
})

it('gives it to machines as it comes, and takes no names', async () => {
  expect(JSON.parse((await run('--json')).out)).toEqual(VIEW)
  expect(await run('jobs')).toMatchObject({ code: 2, err: expect.stringContaining("no 'jobs'") })
})
