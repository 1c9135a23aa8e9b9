/** Two versions change places under load, and back: every pairing of them once, while jobs come, run and are watched. */
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { jobViewSchema } from '@safelight/shared'
import { type Cluster, mainOf, readExecutions, until } from '@safelight/testkit'
import type { Followed } from '../testing/follower.ts'
import { finalOf } from '../testing/follower.ts'
import { followBySocket } from '../testing/follow-socket.ts'
import { followBySse } from '../testing/follow-sse.ts'
import { slow } from '../testing/workflows.ts'
import type { Programs } from './previous.ts'

export interface UpgradeOptions {
  previous: Programs
  /** Jobs that must have ended between one change and the next. */
  jobsPerStage: number
  /** Opens one with two APIs and a worker, whose programs are these. */
  open: (programOf: (name: string) => string | undefined) => Promise<Cluster>
  onStage?: (stage: string) => void
  signal: AbortSignal
}

export interface UpgradeReport {
  stages: string[]
  jobs: number
  connections: number
  /** What was lost, run twice, told wrongly or refused; in words. */
  faults: string[]
}

type Version = 'old' | 'new'

/** As docs/upgrading.md has it, and the way back; in between, an old one works with a new one of the other kind. */
const CHANGES: readonly (readonly [name: string, to: Version])[] = [
  ['worker-1', 'new'],
  ['api-1', 'new'],
  ['api-2', 'new'],
  ['worker-1', 'old'],
  ['api-1', 'old'],
  ['api-2', 'old'],
]
/** That wait, run or are watched at once: what waits for longer than a change takes shows nothing more. */
const MOST_UNDER_WAY = 5

export async function runUpgrade(options: UpgradeOptions): Promise<UpgradeReport> {
  const { previous, jobsPerStage, onStage, signal } = options
  const versions = new Map<string, Version>()
  const programOf = (name: string) => {
    const kind = name.startsWith('api') ? 'api' : 'worker'
    return versions.get(name) === 'new' ? mainOf(kind) : previous[kind]
  }
  // every watcher listens to it
  setMaxListeners(0, signal)
  const cluster = await options.open(programOf)
  const report: UpgradeReport = { stages: [], jobs: 0, connections: 0, faults: [] }
  const load = startLoad(cluster, report.faults, signal)
  try {
    for (const [name, to] of [['', 'old'] as const, ...CHANGES]) {
      const process = [...cluster.apis, ...cluster.workers].find((one) => one.name === name)
      if (process) {
        versions.set(name, to)
        await process.kill('SIGTERM')
        const code = await process.ended()
        if (code !== 0) report.faults.push(`${name} ended with ${code}`)
        await process.start()
      }
      const stage = process ? `${name} ${to}` : 'all old'
      report.stages.push(stage)
      onStage?.(stage)
      await load.untilMore(jobsPerStage)
      await readAll(cluster, load.jobs(), report.faults)
    }
    const watched = await load.end()
    report.jobs = watched.length
    report.connections = watched.reduce((sum, { connections }) => sum + connections, 0)
    for (const each of watched) report.faults.push(...(await faultsOf(cluster, each)))
    report.faults.push(...(await findExecutionFaults(cluster, watched.length)))
    return report
  } finally {
    load.stop()
    await cluster.close()
  }
}

function startLoad(cluster: Cluster, faults: string[], signal: AbortSignal) {
  const enough = new AbortController()
  const watching: Promise<Followed>[] = []
  const jobs: string[] = []
  let ended = 0
  let turn = 0
  /** One that is there; both take turns. */
  function pickUrl(): string {
    const there = cluster.apis.filter((api) => api.pid() !== null)
    turn += 1
    return there[turn % Math.max(1, there.length)]?.url ?? ''
  }

  /** As our client does: the same key until there is an answer. */
  async function submit(): Promise<string> {
    const key = randomUUID()
    const body = JSON.stringify({ workflow: slow({ steps: 6, seconds: 0.04 }) })
    return until(
      async () => {
        const answer = await fetch(`${pickUrl()}/api/v2/jobs`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'idempotency-key': key,
            'idempotency-mode': 'replay',
          },
          body,
        }).catch(() => null)
        if (!answer) return null
        const text = await answer.text()
        if (answer.status === 201)
          return jobViewSchema.pick({ id: true }).parse(JSON.parse(text)).id
        if (answer.status !== 503 && answer.status !== 409)
          faults.push(`submission: ${answer.status} ${text.slice(0, 200)}`)
        return null
      },
      { what: 'a job is accepted', signal },
    )
  }

  async function submitAll(): Promise<void> {
    while (!enough.signal.aborted) {
      const jobId = await submit()
      jobs.push(jobId)
      const follow = jobs.length % 2 === 0 ? followBySocket : followBySse
      const watched = follow({ jobId, pickUrl, eventsUntilDrop: () => Infinity, signal })
      watching.push(watched.finally(() => (ended += 1)))
      const [isFree, what] = [() => watching.length - ended < MOST_UNDER_WAY, 'a job ended']
      await until(isFree, { what, signal })
    }
  }

  const submitting = submitAll()
  // told of when it is awaited
  submitting.catch(() => undefined)
  return {
    jobs: () => [...jobs],
    async untilMore(count: number): Promise<void> {
      const from = ended
      await until(() => ended >= from + count, { what: `${count} more jobs ended`, signal })
    },
    async end(): Promise<Followed[]> {
      enough.abort()
      await submitting
      return await Promise.all(watching)
    },
    stop: () => enough.abort(),
  }
}

/** Each version reads what the other has written. */
async function readAll({ apis }: Cluster, jobIds: string[], faults: string[]): Promise<void> {
  for (const { name, url } of apis)
    for (const jobId of jobIds) {
      const answer = await fetch(`${url}/api/v2/jobs/${jobId}`)
      if (!answer.ok) faults.push(`${name} on ${jobId}: ${answer.status} ${await answer.text()}`)
      else await answer.arrayBuffer()
    }
}

async function faultsOf({ apis }: Cluster, followed: Followed): Promise<string[]> {
  const { jobId, kind, final, disorder } = followed
  const answer = await fetch(`${apis[0]?.url}/api/v2/jobs/${jobId}`)
  const record = jobViewSchema.parse(await answer.json())
  const faults = disorder.map((what) => `${kind} of ${jobId}: ${what}`)
  if (record.status !== 'succeeded' || record.attempt !== 1)
    faults.push(`${jobId}: ${record.status}, attempt ${record.attempt}`)
  if (JSON.stringify(final) !== JSON.stringify(finalOf(record)))
    faults.push(`${kind} of ${jobId} ended at ${JSON.stringify(final)}`)
  return faults
}

async function findExecutionFaults({ simulators }: Cluster, jobs: number): Promise<string[]> {
  const files = simulators.map(({ executionsFile }) => executionsFile)
  const executions = (await Promise.all(files.map(readExecutions))).flat()
  const wrong = executions.filter(({ outcome }) => outcome !== 'success')
  const faults = wrong.map(({ promptId, outcome }) => `prompt ${promptId}: ${outcome}`)
  if (executions.length !== jobs) faults.push(`${executions.length} executions of ${jobs} jobs`)
  return faults
}
