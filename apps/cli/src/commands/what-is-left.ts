/** What a drained host has of our jobs, in words, and waiting until it has none: then its machine may be shut down. */
import { type Client, RequestError } from '@safelight/client'
import type { ToldHost } from '@safelight/shared'
import { setTimeout as pause } from 'node:timers/promises'
import { toErrorLine } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { shortenId } from '../ids.ts'
import type { Io } from '../io.ts'
import { toPlainText } from '../plain-text.ts'

export type HostJobs = Pick<ToldHost, 'running' | 'staged' | 'collecting'>

const LOOK_EVERY_MS = 500
const NAMED = 10

/** `  still there: 3f2a91bc runs; 77d0aa11 is next; outputs of 9ab1c2d3 are fetched` */
export function toLeftText({ running, staged, collecting }: HostJobs): string {
  const fetched = collecting ?? []
  const left = [
    running.length > 0 && `${toNames(running)} ${running.length === 1 ? 'runs' : 'run'}`,
    staged.length > 0 && `${toNames(staged)} ${staged.length === 1 ? 'is' : 'are'} next`,
    fetched.length > 0 && `outputs of ${toNames(fetched)} are fetched`,
  ].filter((part) => part !== false)
  const nothing = collecting ? 'is there' : 'runs there'
  if (left.length === 0) return `  nothing of ours ${nothing} any more`
  return `  ${toPlainText(`still there: ${left.join('; ')}`)}`
}

function toNames(jobIds: readonly string[]): string {
  const more = jobIds.length > NAMED ? ` and ${jobIds.length - NAMED} more` : ''
  return jobIds.slice(0, NAMED).map(shortenId).join(' ') + more
}

export interface LeftOptions {
  client: Client
  io: Io
  /** How whoever breaks off resumes it. */
  resumeCommand: string
}

/**
 * Says what is left whenever that changes. An API that does not answer for a while is waited for, too.
 * @param drained as it was told with the drain, which has been said
 * @returns `ok` when nothing of ours is there, `failed` when somebody has resumed it, `interrupted` when the user has
 * @throws RequestError when it is not listed any more, or the API refuses
 */
export async function waitUntilLeft(
  drained: ToldHost,
  { client, io, resumeCommand }: LeftOptions,
): Promise<ExitCode> {
  const leaving = new AbortController()
  const { signal } = leaving
  const stopInterrupts = io.onInterrupt(() => leaving.abort())
  const explain = (text: string) => io.stderr.write(`${toErrorLine(text)}\n`)
  const { id } = drained
  let said = toLeftText(drained)
  let isAway = false

  /** Null when the API does not answer. */
  async function look(): Promise<ToldHost | null> {
    try {
      const host = (await client.hosts.list({ signal })).find((one) => one.id === id)
      isAway = false
      if (host) return host
    } catch (error) {
      if (!(error instanceof RequestError) || !AWAY.has(error.code)) throw error
      if (!isAway) explain(`${error.message.replace(/\.$/, '')}; ${id} is drained, and waited for`)
      isAway = true
      return null
    }
    throw new RequestError('not_found', `there is no host '${id}' any more: it is off the list`)
  }

  try {
    for (let host: ToldHost | null = drained; ; host = await look()) {
      if (host && !host.drain) {
        explain(`somebody has resumed ${id}: it takes jobs again`)
        return EXIT.failed
      }
      if (host) {
        const text = toLeftText(host)
        if (text !== said) io.stdout.write(`${text}\n`)
        said = text
        if (isLeft(host)) return EXIT.ok
      }
      await pause(LOOK_EVERY_MS, undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
    explain(`${id} stays drained until \`${resumeCommand}\`, and is not waited for any more`)
    return EXIT.interrupted
  } finally {
    stopInterrupts()
  }
}

const AWAY: ReadonlySet<string> = new Set(['unreachable', 'unavailable'])

function isLeft(host: HostJobs): boolean {
  const { running, staged, collecting = [] } = host
  return tellsAll(host) && running.length + staged.length + collecting.length === 0
}

/** An older API does not tell what is fetched. */
export function tellsAll({ collecting }: HostJobs): boolean {
  return collecting !== undefined
}
