/** `safelight purge`: deletes jobs that have ended, and their outputs. Says only what it would do, until told to. */
import { type Client, formatSize, type PurgeFilter, type Purged } from '@safelight/client'
import { isTerminal, type JobView } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { requireJob, resolveIds, shortenId } from '../ids.ts'
import type { Io } from '../io.ts'
import { createPurgeBar } from '../terminal/purge-bar.ts'

const ENDED = ['succeeded', 'failed', 'canceled', 'expired'] as const
type Ended = (typeof ENDED)[number]

export const purgeCommand = defineCommand({
  name: 'purge',
  takes: 'ID… | --older-than AGE | --status A,B | --owner NAME | --all',
  summary: 'delete jobs that have ended, and their outputs; says first what it would delete',
  options: {
    'older-than': {
      type: 'string',
      value: 'AGE',
      text: 'that ended so long ago, or earlier: 90m, 12h, 7d',
    },
    status: { type: 'string', value: 'A,B', text: `only these: ${ENDED.join(', ')}` },
    owner: { type: 'string', value: 'NAME', text: 'only jobs of this owner' },
    all: { type: 'boolean', text: 'all that have ended' },
    'dead-letters': { type: 'boolean', text: 'also those that wait to be replayed or discarded' },
    yes: { type: 'boolean', short: 'y', text: 'do delete' },
    json: { type: 'boolean', text: 'what went, or would go, as one line of JSON; not with ids' },
  },
  notes: [
    'Jobs go by themselves when their time is over (RETENTION); this is for sooner. All conditions',
    'must hold. What waits or runs is never touched, nor is an output that another job refers to.',
    'Sizes are of outputs, in the folder or bucket that holds them; what the jobs themselves have in',
    'Redis goes as well, and is not counted.',
  ],
  examples: [
    ['safelight purge --older-than 7d', 'how many that would be'],
    ['safelight purge --older-than 7d --yes', 'and away with them'],
    ['safelight purge --status failed,canceled --owner team-a --yes', 'of one owner'],
    ['safelight purge 3f2a91bc --yes', 'one job'],
  ],
  async act({ values, positionals }, { client, io }) {
    const yes = values.yes ?? false
    const filter = toFilter(values)
    const isFiltered = Object.keys(filter).length > 0
    if (positionals.length > 0) {
      if (isFiltered) throw new UsageError('name ids or conditions, not both')
      return purgeNamed(positionals, { client, io, yes })
    }
    const { all, olderThan, status, owner } = filter
    if (all === undefined && olderThan === undefined && !status && owner === undefined) {
      throw new UsageError('which jobs? name ids, --older-than, --status, --owner or --all')
    }
    return purgeFound(filter, { client, io, yes, json: values.json ?? false })
  },
})

interface Deps {
  client: Client
  io: Io
  yes: boolean
}

function toFilter(values: {
  'older-than'?: string
  status?: string
  owner?: string
  all?: boolean
  'dead-letters'?: boolean
}): PurgeFilter {
  const { 'older-than': age, status, owner, all } = values
  return {
    ...(age !== undefined && { olderThan: parseAge(age) }),
    ...(status !== undefined && { status: parseStatuses(status) }),
    ...(owner !== undefined && { owner }),
    ...(all && { all }),
    ...(values['dead-letters'] && { deadLetters: true }),
  }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** @returns ms */
function parseAge(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)([smhd])$/.exec(text) ?? []
  const unitMs = UNIT_MS[unit]
  if (count !== undefined && unitMs !== undefined) return Number(count) * unitMs
  throw new UsageError(`--older-than must be an age such as 90m, 12h or 7d, not '${text}'`)
}

function parseStatuses(list: string): Ended[] {
  return list.split(',').map((text) => {
    const status = ENDED.find((known) => known === text.trim())
    if (status) return status
    throw new UsageError(`no ended job is '${text}'; statuses are ${ENDED.join(', ')}`)
  })
}

/** One that cannot be deleted keeps no other from it. */
async function purgeNamed(given: readonly string[], deps: Deps): Promise<ExitCode> {
  const { client, io, yes } = deps
  let code: ExitCode = EXIT.ok
  let would = false
  for (const jobId of await resolveIds(client, given)) {
    const job = await requireJob(client, jobId)
    const what = `${shortenId(jobId)} ${job.status}`
    if (!isTerminal(job.status)) {
      io.stderr.write(`${what}: has not ended; safelight cancel ends it (not_ended)\n`)
      code = EXIT.refused
    } else if (yes) {
      await client.jobs.delete(jobId)
      io.stdout.write(`${what}: deleted\n`)
    } else {
      io.stdout.write(`${what}: would be deleted${toOutputs(job)}\n`)
      would = true
    }
  }
  if (would) io.stderr.write('nothing was deleted: --yes does it\n')
  return code
}

function toOutputs({ outputs }: JobView): string {
  return outputs.length === 0 ? '' : `, with ${count(outputs.length, 'output')}`
}

async function purgeFound(
  filter: PurgeFilter,
  { client, io, yes, json }: Deps & { json: boolean },
): Promise<ExitCode> {
  const found = await client.jobs.purge(filter, { dryRun: true })
  const tell = (purged: Purged, isDone: boolean) => {
    io.stdout.write(
      json
        ? `${JSON.stringify({ dry_run: !isDone, ...purged })}\n`
        : `${isDone ? 'deleted' : 'would delete'} ${toText(purged, isDone)}\n`,
    )
    return EXIT.ok
  }
  if (!yes) {
    tell(found, false)
    if (found.jobs > 0 && !json) io.stderr.write('nothing was deleted: --yes does it\n')
    return EXIT.ok
  }
  const bar = createPurgeBar(io, { hidden: json, jobs: found.jobs })
  try {
    const purged = await client.jobs.purge(filter, {
      onProgress: ({ jobs, skipped }) => bar.show(jobs + skipped),
    })
    bar.close()
    return tell(purged, true)
  } finally {
    bar.close()
  }
}

function toText({ jobs, outputs, outputs_kept: kept, bytes }: Purged, isDone: boolean): string {
  // whoever purges for want of room must not take them for Redis'
  const size =
    bytes > 0 ? ` (${isDone ? '' : 'up to '}${formatSize(bytes)} of the asset store)` : ''
  const stay = kept > 0 ? `; ${count(kept, 'output')} of theirs stay: others need them` : ''
  return `${count(jobs, 'job')} with ${count(outputs, 'output')}${size}${stay}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
