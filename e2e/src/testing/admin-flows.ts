/** Everything that an operator looks at on admin ports, each answer looked at: for tests that ask what all of it needs. */
import { z } from 'zod'

/** The states that Bull Board has tabs for. */
const TABS = [
  'latest',
  'active',
  'waiting',
  'prioritized',
  'paused',
  'delayed',
  'failed',
  'completed',
]
const OF_QUEUE = ['metrics', 'default-job-options', 'workers', 'rate-limit', 'job-data-schema']
const boardSchema = z.object({
  queues: z.array(z.object({ name: z.string(), jobs: z.array(z.object({ id: z.string() })) })),
})

/** @param jobId one that runs @throws when one of them has no answer */
export async function lookAtAdminPorts(
  { api, worker }: { api: string; worker: string },
  jobId: string,
): Promise<void> {
  for (const base of [api, worker])
    for (const path of [
      '/',
      '/metrics',
      '/livez',
      '/readyz',
      '/debug/state',
      `/debug/jobs/${jobId}`,
    ])
      await read(base + path)
  const gaps = /scrape_read_errors_total\{.*\} [1-9]/
  for (const base of [api, worker]) {
    const scraped = await read(`${base}/metrics`)
    if (gaps.test(scraped)) throw new Error(`left out: ${gaps.exec(scraped)?.[0]}`)
  }
  await lookAtQueues(`${api}/queues`)
}

async function lookAtQueues(board: string): Promise<void> {
  await read(board)
  for (const path of ['redis/stats', 'job-schedulers', 'metrics/history', 'metrics/latency'])
    await look(`${board}/api/${path}`)
  const { queues } = boardSchema.parse(JSON.parse(await read(`${board}/api/queues`)))
  let tickets = 0
  for (const { name } of queues) {
    for (const path of OF_QUEUE)
      await look(`${board}/api/queues/${encodeURIComponent(name)}/${path}`)
    const ids = new Set<string>()
    for (const status of TABS) {
      const query = new URLSearchParams({ activeQueue: name, status, page: '1', jobsPerPage: '5' })
      const page = boardSchema.parse(JSON.parse(await read(`${board}/api/queues?${query}`)))
      for (const { jobs } of page.queues) for (const { id } of jobs) ids.add(id)
    }
    tickets += ids.size
    for (const id of ids)
      for (const path of ['', '/logs', '/flow'])
        await look(
          `${board}/api/queues/${encodeURIComponent(name)}/${encodeURIComponent(id)}${path}`,
        )
  }
  if (tickets === 0) throw new Error('no ticket was seen')
}

async function read(address: string): Promise<string> {
  const answer = await fetch(address)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${text}`)
  return text
}

/** Not all that the page may ask for is there: a ticket may be gone, a part of the board be off. */
async function look(address: string): Promise<void> {
  const answer = await fetch(address)
  if (answer.status >= 500) throw new Error(`${address}: ${answer.status} ${await answer.text()}`)
  await answer.body?.cancel()
}
