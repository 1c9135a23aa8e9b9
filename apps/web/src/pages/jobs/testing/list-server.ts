/** The real client, in front of an API that holds a list of jobs in memory. */
import { type Client, createClient } from '@safelight/client'
import type { JobView } from '@safelight/shared'

export interface ListServer {
  client: Client
  /** Newest first; change it as a server would. */
  jobs: JobView[]
  /** Path and query of every request so far. */
  asked: string[]
}

export function createListServer(jobs: JobView[]): ListServer {
  const server: ListServer = {
    jobs,
    asked: [],
    client: createClient({
      baseUrl: 'http://safelight.test',
      fetch: async (input) => {
        const url = new URL(input instanceof Request ? input.url : input)
        server.asked.push(`${url.pathname}${url.search}`)
        return answer(server.jobs, url)
      },
    }),
  }
  return server
}

function answer(jobs: JobView[], { pathname, searchParams }: URL): Response {
  const id = /\/jobs\/([^/]+)$/.exec(pathname)?.[1]
  if (id !== undefined) {
    const job = jobs.find((one) => one.id === id)
    if (job) return Response.json(job)
    return Response.json(
      { error: { code: 'not_found', message: 'There is no such job.' } },
      { status: 404 },
    )
  }
  const status = searchParams.get('status')?.split(',')
  const owner = searchParams.get('owner')
  const matching = jobs.filter(
    (job) => (!status || status.includes(job.status)) && (owner === null || job.owner === owner),
  )
  const from = Number(searchParams.get('cursor') ?? 0)
  const to = from + Number(searchParams.get('limit') ?? 20)
  const next_cursor = to < matching.length ? String(to) : null
  return Response.json({ jobs: matching.slice(from, to), next_cursor, truncated: false })
}
