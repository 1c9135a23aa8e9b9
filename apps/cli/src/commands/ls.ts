/** `safelight ls`: the jobs, newest first. */
import { type Client, formatAge } from '@safelight/client'
import { JOB_STATUSES, type JobStatus, type JobView } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { shortenId } from '../ids.ts'
import { parseWhole } from '../options.ts'
import type { Cell } from '../terminal/table.ts'
import type { TextColor } from '../terminal/paint.ts'
import { toMoreHint, writeTable } from '../terminal/write-table.ts'

const LIMIT = 20
const LIMIT_MOST = 10_000
/** As many as the API gives at a time. */
const PAGE = 100

export const lsCommand = defineCommand({
  name: 'ls',
  takes: '',
  summary: 'list jobs, newest first',
  options: {
    status: { type: 'string', value: 'A,B', text: `only these: ${JOB_STATUSES.join(', ')}` },
    owner: { type: 'string', value: 'NAME', text: 'only jobs of this owner' },
    limit: { type: 'string', short: 'n', value: 'N', text: `at most so many (${LIMIT})` },
    json: { type: 'boolean', text: 'one job per line, as the API tells it' },
  },
  notes: ['POOL, the label of the hosts that may run a job, is shown where a job has one.'],
  examples: [
    ['safelight ls --status queued,running', 'what waits and what runs'],
    ['safelight ls --owner team-a', 'those of one owner'],
    ['safelight ls -n 1000 --json | jq -r .id', 'ids, for a script'],
  ],
  async act({ values, positionals }, { client, io }) {
    if (positionals[0]) throw new UsageError(`ls takes no '${positionals[0]}'`)
    const status = values.status === undefined ? undefined : parseStatuses(values.status)
    const limit = parseWhole('limit', values.limit, { least: 1, most: LIMIT_MOST }) ?? LIMIT
    const { jobs, more } = await listJobs(client, limit, { status, owner: values.owner })
    const { stdout } = io
    if (values.json) {
      for (const job of jobs) stdout.write(`${JSON.stringify(job)}\n`)
      return EXIT.ok
    }
    if (jobs.length === 0) {
      const whose = values.owner === undefined ? '' : ` of ${values.owner}`
      stdout.write(status ? `no job${whose} is ${status.join(' or ')}\n` : `no jobs${whose} yet\n`)
      return EXIT.ok
    }
    // most fleets have no pools
    const hasPools = jobs.some(({ pool }) => pool !== null)
    const titles = [
      'ID',
      'STATUS',
      'DONE',
      'AGE',
      'OUTPUTS',
      ...(hasPools ? ['POOL'] : []),
      'ERROR',
    ]
    const rows = jobs.map((job) => toRow(job, { now: Date.now(), hasPools }))
    writeTable(io, { titles, rows, hint: toMoreHint(more, limit) })
    return EXIT.ok
  },
})

function parseStatuses(list: string): JobStatus[] {
  return list.split(',').map((text) => {
    const status = JOB_STATUSES.find((known) => known === text.trim())
    if (status) return status
    throw new UsageError(`no job is ever '${text}'; statuses are ${JOB_STATUSES.join(', ')}`)
  })
}

async function listJobs(
  client: Client,
  limit: number,
  { status, owner }: { status: JobStatus[] | undefined; owner: string | undefined },
): Promise<{ jobs: JobView[]; more: boolean }> {
  const jobs: JobView[] = []
  let cursor: string | null = null
  do {
    const page = await client.jobs.list({
      limit: Math.min(PAGE, limit - jobs.length),
      ...(status && { status }),
      ...(owner !== undefined && { owner }),
      ...(cursor !== null && { cursor }),
    })
    jobs.push(...page.jobs)
    cursor = page.next_cursor
  } while (cursor !== null && jobs.length < limit)
  return { jobs, more: cursor !== null }
}

const COLORS: Record<JobStatus, TextColor> = {
  queued: 'yellow',
  running: 'cyan',
  succeeded: 'green',
  canceling: 'magenta',
  canceled: 'magenta',
  failed: 'red',
  expired: 'red',
}

function toRow(job: JobView, { now, hasPools }: { now: number; hasPools: boolean }): Cell[] {
  const { id, status, created_at, outputs, pool, error } = job
  return [
    { text: shortenId(id) },
    { text: status, color: COLORS[status] },
    { text: toDoneText(job).padStart(4) },
    { text: formatAge(now - Date.parse(created_at)) },
    { text: outputs.length > 0 ? String(outputs.length) : '–' },
    ...(hasPools ? [{ text: pool ?? '–' }] : []),
    { text: error ? `${error.code}: ${error.message}` : '' },
  ]
}

/** `42%`; of one in line its place, `#3`. */
function toDoneText({ progress, queue_position }: JobView): string {
  if (queue_position !== null) return `#${queue_position + 1}`
  return progress ? `${Math.floor(progress.value * 100)}%` : '–'
}
