/** `safelight cancel`: ends jobs, and waits until they have ended. */
import type { Client } from '@safelight/client'
import { isTerminal, type JobStatus } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { toErrorLines, UsageError } from '../errors.ts'
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
    'canceled: what became of each is printed. What begins before --all-queued comes to it goes on,',
    'and is named.',
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
      return cancelNamed(ids, { client, io, wait })
    }
    if (positionals.length > 0) throw new UsageError('name ids or --all-queued, not both')
    return cancelQueued({ client, io, yes: values.yes ?? false, owner })
  },
})

interface Deps {
  client: Client
  io: Io
  wait: boolean
}

/** One that cannot be canceled keeps no other from it, nor from being told of. */
async function cancelNamed(ids: readonly string[], deps: Deps): Promise<ExitCode> {
  const results = await Promise.allSettled(ids.map((jobId) => cancelJob(jobId, deps)))
  const failed = results.flatMap((result, at) =>
    result.status === 'rejected' ? [{ jobId: ids[at] ?? '', error: result.reason as unknown }] : [],
  )
  const [first, ...others] = failed
  for (const { jobId, error } of others) {
    const lines = toErrorLines(error, deps.client.baseUrl, `${shortenId(jobId)}: `)
    deps.io.stderr.write(`${lines.join('\n')}\n`)
  }
  if (first) throw first.error
  return EXIT.ok
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
  deps: Omit<Deps, 'wait'> & { yes: boolean; owner: string | undefined },
): Promise<ExitCode> {
  const { client, io, yes } = deps
  const filter = {
    status: ['queued' as const],
    ...(deps.owner !== undefined && { owner: deps.owner }),
  }
  const ids = await listIds(client, filter)
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
  const { canceled } = await client.jobs.cancelMany(filter)
  io.stdout.write(`${canceled} canceled\n`)
  // what waited when it was listed may have got a host since then
  const going = new Set(await listIds(client, { ...filter, status: ['running'] }))
  const begun = ids.filter((id) => going.has(id)).map(shortenId)
  if (begun.length > 0) io.stdout.write(`${toBegunText(begun)}\n`)
  return EXIT.ok
}

function toBegunText(begun: readonly string[]): string {
  const [who = '', go] = begun.length === 1 ? [begun[0], 'goes'] : [`${begun.length}`, 'go']
  return `${who} had begun, and ${go} on: safelight cancel ${begun.join(' ')}`
}

async function listIds(
  client: Client,
  filter: { status: JobStatus[]; owner?: string },
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
