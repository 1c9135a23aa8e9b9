/** What a benchmark asks of the API: plain REST, as any client would. */
import { isTerminal, JOB_STATUSES, type SubmitRequest } from '@safelight/shared'
import { until } from '@safelight/testkit'
import { z } from 'zod'

const time = z.iso.datetime().nullable()
/** What is looked at: another checkout may say less of a job than this one. */
const jobSchema = z.object({
  id: z.string(),
  status: z.enum(JOB_STATUSES),
  created_at: z.iso.datetime(),
  started_at: time,
  completed_at: time,
  queue_position: z.number().nullable(),
  owner: z.string().default('default'),
  progress: z.object({ value: z.number() }).nullable().default(null),
})
export type BenchJob = z.output<typeof jobSchema>
const pageSchema = z.object({ jobs: z.array(jobSchema), next_cursor: z.string().nullable() })

export interface Client {
  submit(job: SubmitRequest): Promise<BenchJob>
  /** So many of them, a few at a time. */
  submitAll(jobs: readonly SubmitRequest[]): Promise<BenchJob[]>
  /** Resolves when all of them have ended. @throws when one has not succeeded */
  ended(jobs: readonly BenchJob[]): Promise<BenchJob[]>
  view(id: string): Promise<BenchJob>
  cancel(id: string): Promise<void>
  /** All there are. */
  list(): Promise<BenchJob[]>
  /** Keeps new prompts from all hosts, within about two seconds. */
  drainAll(): Promise<void>
  resumeAll(): Promise<void>
  /** How many hosts take prompts. */
  readyHosts(): Promise<number>
  /** Resolves when so many do. */
  untilReady(hosts: number): Promise<void>
}

const AT_ONCE = 4
const PAGE = 100
const LOOK_MS = 50
const PATIENCE_MS = 10 * 60_000

export function createClient(url: string): Client {
  const read = async (path: string): Promise<unknown> =>
    await (await fetch(`${url}/api/v2/${path}`)).json()

  const hosts = async () => hostsSchema.parse(await read('hosts')).hosts
  async function tellAll(what: 'drain' | 'resume'): Promise<void> {
    for (const { id } of await hosts()) {
      const answer = await fetch(`${url}/api/v2/hosts/${id}/${what}`, { method: 'POST' })
      if (!answer.ok) throw new Error(`no ${what}: ${answer.status} ${await answer.text()}`)
      await answer.arrayBuffer()
    }
  }

  const client: Client = {
    async submit(job) {
      const answer = await fetch(`${url}/api/v2/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(job),
      })
      if (answer.status !== 201) throw new Error(`refused: ${answer.status} ${await answer.text()}`)
      return jobSchema.parse(await answer.json())
    },
    async submitAll(jobs) {
      const views: BenchJob[] = []
      let next = 0
      const one = async (): Promise<void> => {
        for (let job = jobs[next++]; job; job = jobs[next++]) views.push(await client.submit(job))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, one))
      return views
    },
    async ended(jobs) {
      const ends: BenchJob[] = []
      for (const { id } of jobs) {
        const end = await until(
          async () => {
            const view = await client.view(id)
            return isTerminal(view.status) ? view : null
          },
          { what: `${id} has ended`, withinMs: PATIENCE_MS, everyMs: LOOK_MS },
        )
        if (end.status !== 'succeeded') throw new Error(`${id} ended as ${end.status}`)
        ends.push(end)
      }
      return ends
    },
    view: async (id) => jobSchema.parse(await read(`jobs/${id}`)),
    async cancel(id) {
      const answer = await fetch(`${url}/api/v2/jobs/${id}/cancel`, { method: 'POST' })
      if (!answer.ok) throw new Error(`not canceled: ${answer.status} ${await answer.text()}`)
      await answer.arrayBuffer()
    },
    async list() {
      const found: BenchJob[] = []
      let cursor: string | null = null
      do {
        const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page = pageSchema.parse(await read(`jobs?limit=${PAGE}${more}`))
        found.push(...page.jobs)
        cursor = page.next_cursor
      } while (cursor !== null)
      return found
    },
    drainAll: async () => await tellAll('drain'),
    resumeAll: async () => await tellAll('resume'),
    readyHosts: async () => (await hosts()).filter(isReady).length,
    async untilReady(hosts) {
      await until(async () => (await client.readyHosts()) === hosts, {
        what: `${hosts} hosts are ready`,
      })
    },
  }
  return client
}

const hostsSchema = z.object({ hosts: z.array(z.object({ id: z.string(), state: z.string() })) })
const isReady = ({ state }: { state: string }): boolean => state === 'ready' || state === 'busy'
