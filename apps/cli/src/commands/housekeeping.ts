/** `safelight housekeeping`: what the service keeps, for how long, and whether that is kept to. */
import { formatAge } from '@safelight/client'
import type { HousekeepingView, RetainedView } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Cell } from '../terminal/table.ts'
import { writeTable } from '../terminal/write-table.ts'

const TITLES = ['KIND', 'COUNT', 'OLDEST', 'KEPT', 'SETTING', 'SWEPT', 'REMOVED', 'STATE']

export const housekeepingCommand = defineCommand({
  name: 'housekeeping',
  takes: '',
  summary: 'show what the service keeps, for how long, and whether that is kept to',
  options: { json: { type: 'boolean', text: 'all of it as one line, as the API tells it' } },
  notes: [
    'SWEPT is how long ago it was looked through last, REMOVED how many went since the first time.',
    'What is late should be gone and is not, or nobody has swept it. A dash: Redis ends it by itself,',
    'or it is not known.',
  ],
  examples: [
    ['safelight housekeeping', 'what there is, and how old the oldest is'],
    [`safelight housekeeping --json | jq -r '.kinds[] | select(.late) .kind'`, 'what is late'],
  ],
  async act({ values, positionals }, { client, io }) {
    if (positionals[0]) throw new UsageError(`housekeeping takes no '${positionals[0]}'`)
    const { stdout } = io
    const view = await client.housekeeping()
    if (values.json) {
      stdout.write(`${JSON.stringify(view)}\n`)
      return EXIT.ok
    }
    writeTable(io, { titles: TITLES, rows: toRows(view) })
    return EXIT.ok
  },
})

const NONE = '–'

function toRows({ at, kinds }: HousekeepingView): Cell[][] {
  const age = (iso: string | null | undefined) =>
    iso ? formatAge(Date.parse(at) - Date.parse(iso)) : NONE
  return kinds.map((kind) => [
    { text: kind.kind.replaceAll('_', ' ') },
    { text: kind.count === null ? NONE : String(kind.count) },
    { text: kind.oldest_age_s === null ? NONE : formatAge(kind.oldest_age_s * 1_000) },
    { text: toKept(kind) },
    { text: kind.setting ?? NONE },
    { text: age(kind.sweep?.last_at) },
    { text: kind.sweep ? String(kind.sweep.removed_total) : NONE },
    kind.late ? { text: toLate(kind), color: 'red' } : { text: 'in time', color: 'green' },
  ])
}

function toKept({ retention_s: seconds, at_most: most }: RetainedView): string {
  if (most !== null) return `${most} at most`
  if (seconds === null) return NONE
  return seconds === 0 ? 'not at all' : formatAge(seconds * 1_000)
}

function toLate({ overdue_s: overdue }: RetainedView): string {
  return overdue === null ? 'late: not swept' : `late: due ${formatAge(overdue * 1_000)} ago`
}
