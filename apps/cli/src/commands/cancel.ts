/** `safelight cancel`: ends jobs, and waits until they have ended. */
import type { Client } from '@safelight/client'
import { isTerminal, type JobStatus } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { requireJob, resolveIds, shortenId } from '../ids.ts'
import { canAsk, type Io, type Keyboard } from '../io.ts'

export const cancelCommand = defineCommand({
  name: 'cancel',
  takes: 'ID… | --all-queued',
  summary: 'cancel jobs, and wait until they have ended',
  options: {
    'all-queued': { type: 'boolean', text: 'all jobs that wait in line; asks first' },
    owner: { type: 'string', value: 'NAME', text: 'with --all-queued: only those of this owner' },
    yes: { type: 'boolean', short: 'y', text: 'do not ask' },
    'no-wait': { type: 'boolean', text: 'be done as soon as it is asked for' },
  },
  notes: [
    'The exit code is 0 when none of the jobs goes on, also when one had ended before it could be',
    'canceled: what became of each is printed.',
  ],
  examples: [
    ['safelight cancel 3f2a91bc', 'one job, wherever it is'],
    ['safelight cancel --all-queued --yes', 'empty the line, from a script'],
    ['safelight cancel --all-queued --owner team-a', 'what one owner has in line'],
  ],
  async act({ values, positionals }, { client, io }) {
    const wait = !values['no-wait']
    const { owner } = values
    if (!values['all-queued']) {
      if (owner !== undefined) throw new UsageError('--owner goes with --all-queued')
      const ids = await resolveIds(client, positionals)
      await Promise.all(ids.map((jobId) => cancelJob(jobId, { client, io, wait })))
      return EXIT.ok
    }
    if (positionals.length > 0) throw new UsageError('name ids or --all-queued, not both')
    return cancelQueued({ client, io, wait, yes: values.yes ?? false, owner })
  },
})

interface Deps {
  client: Client
  io: Io
  wait: boolean
}

async function cancelJob(jobId: string, { client, io, wait }: Deps): Promise<void> {
  const say = (text: string) => void io.stdout.write(`${shortenId(jobId)} ${text}\n`)
  const before = await requireJob(client, jobId)
  if (isTerminal(before.status)) return say(toWords(before.status, true))
  const { status } = await client.jobs.cancel(jobId)
  if (isTerminal(status) || !wait) return say(toWords(status, false))
  say('is being canceled')
  say(toWords(await untilEnded(client, jobId), false))
}

function toWords(status: JobStatus, before: boolean): string {
  if (status === 'canceling') return 'is being canceled'
  if (status === 'canceled') return before ? 'was canceled already' : 'canceled'
  return before ? `had ${status} already` : `${status} before it could be canceled`
}

async function untilEnded(client: Client, jobId: string): Promise<JobStatus> {
  let status: JobStatus = 'canceling'
  for await (const { snapshot } of client.jobs.watch(jobId)) status = snapshot.status
  return status
}

async function cancelQueued(
  deps: Deps & { yes: boolean; owner: string | undefined },
): Promise<ExitCode> {
  const { client, io, wait, yes } = deps
  const filter = {
    status: ['queued' as const],
    ...(deps.owner !== undefined && { owner: deps.owner }),
  }
  const ids = await listQueued(client, filter)
  if (ids.length === 0) {
    io.stdout.write('no job is queued\n')
    return EXIT.ok
  }
  const jobs = `${ids.length} queued ${ids.length === 1 ? 'job' : 'jobs'}`
  if (!yes) {
    if (!canAsk(io)) throw new UsageError('--all-queued wants --yes where nobody can be asked')
    io.stderr.write(`Cancel ${jobs}? [y/N] `)
    if (!/^y(es)?$/i.test(await readLine(io.stdin))) {
      io.stdout.write('nothing was canceled\n')
      return EXIT.ok
    }
  }
  const { canceled, canceling } = await client.jobs.cancelMany(filter)
  io.stdout.write(`${canceled} canceled\n`)
  if (canceling === 0) return EXIT.ok
  io.stdout.write(
    `${canceling} had just begun, and ${canceling === 1 ? 'is' : 'are'} being canceled\n`,
  )
  if (!wait) return EXIT.ok
  const { jobs: begun } = await client.jobs.list({ status: ['canceling'], limit: 100 })
  const ours = begun.filter(({ id }) => ids.includes(id))
  await Promise.all(
    ours.map(async ({ id }) => {
      const status = await untilEnded(client, id)
      io.stdout.write(`${shortenId(id)} ${toWords(status, false)}\n`)
    }),
  )
  return EXIT.ok
}

async function listQueued(
  client: Client,
  filter: { status: 'queued'[]; owner?: string },
): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page = await client.jobs.list({
      ...filter,
      limit: 100,
      ...(cursor !== null && { cursor }),
    })
    ids.push(...page.jobs.map(({ id }) => id))
    cursor = page.next_cursor
  } while (cursor !== null)
  return ids
}

/** One line that somebody types. @returns what was typed before Enter, or before the input ended */
async function readLine(stdin: Keyboard): Promise<string> {
  let text = ''
  for await (const chunk of stdin) {
    text += Buffer.from(chunk).toString('utf8')
    if (text.includes('\n')) break
  }
  return text.split(/\r?\n/)[0]?.trim() ?? ''
}
