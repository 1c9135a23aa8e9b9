/** What an API tells of what it holds, and of one job. */
import { expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { submitJob } from '../testing/http.ts'
import { RUNNING, SUCCEEDED } from '../testing/play-worker.ts'

let stack: ApiStack
shareStack((shared) => {
  stack = shared
})

async function read(path: string, id = ''): Promise<object> {
  const route = stack.api.debug.find((one) => one.path === path)
  const answer = await route?.read({ params: { id } })
  // as it is sent
  return JSON.parse(JSON.stringify(answer?.body ?? null)) as object
}

it('tells who watches what, and lets go of it', async () => {
  const { id } = await submitJob(stack.api.url)
  await stack.append(id, RUNNING)
  const stream = await fetch(`${stack.api.url}/api/v2/jobs/${id}/events`)
  await stream.body?.getReader().read()
  expect(await read('/debug/state')).toMatchObject({
    watched: { jobs: { count: 1, first: [{ jobId: id, watches: 1, isOver: false }] } },
    streams: { open: 1, total: 1, clients: 1 },
    sockets: 0,
    redis: { api: 'ready', subscriber: 'ready' },
  })
  await stack.append(id, SUCCEEDED)
  await expect
    .poll(() => read('/debug/state'))
    .toMatchObject({
      watched: { jobs: { count: 0 }, channels: 0 },
      streams: { open: 0, total: 0, clients: 0 },
    })
})

it('tells a job with its reason, and nothing that was sent', async () => {
  const { id } = await submitJob(stack.api.url, { metadata: { note: 'hidden-word' } })
  const job = await read('/debug/jobs/{id}', id)
  expect(job).toMatchObject({
    record: { status: 'queued', metadata: 1, outputs: 0 },
    place: { where: { place: 'backlog' }, held: null, dispatches: 0 },
    ticket: null,
    attempt: null,
    why: { code: 'no_host' },
  })
  expect(JSON.stringify(job)).not.toMatch(/hidden-word|filename_prefix/)
  await expect(read('/debug/jobs/{id}', 'nobody')).rejects.toMatchObject({ code: 'not_found' })
})
