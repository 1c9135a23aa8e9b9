import { beforeEach, expect, it } from 'vitest'
import { submitJob } from '../testing/http.ts'
import { collect, rememberJob, seqs, until } from '@safelight/testkit'
import { FAILED, progressed, RUNNING } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { follow, trackSockets } from '../testing/watch-socket.ts'

const open = trackSockets()
let stack: ApiStack
let jobId: string
let loseHistory: () => Promise<void>
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  jobId = (await submitJob(stack.api.url)).id
  await stack.append(jobId, RUNNING)
  loseHistory = await rememberJob(stack.redis, stack.keys, jobId)
  for (const value of [0.5, 0.6]) await stack.append(jobId, progressed(value))
})

/** Redis forgets events 2 and 3, and the job goes on to 5. */
async function regrow(): Promise<void> {
  await loseHistory()
  for (const value of [0.1, 0.2, 0.3, 0.4]) await stack.append(jobId, progressed(value))
}
const events = (headers: Record<string, string> = {}) =>
  fetch(`${stack.api.url}/api/v2/jobs/${jobId}/events`, { headers })

it('an event stream that comes back with the id and stamp of a lost event begins anew', async () => {
  const before = collect(await events())
  await until(() => before.frames.length === 2)
  const last = before.frames.at(-1)
  expect(last).toMatchObject({ id: '3', data: { stamp: expect.stringMatching(/^[\w-]+$/) } })
  const held = `${last?.id}-${String(last?.data['stamp'])}`
  await regrow()
  // another process: nobody there ever saw the lost history
  const other = await stack.startApi()
  const response = await fetch(`${other.url}/api/v2/jobs/${jobId}/events`, {
    headers: { 'last-event-id': held },
  })
  const after = collect(response)
  await until(() => after.frames.length === 2)
  expect(after.frames).toMatchObject([
    { event: 'status', data: { status: 'running' } },
    { event: 'progress', seq: 5, data: { value: 0.4 } },
  ])
  const { id } = after.frames[1] ?? {}
  await stack.append(jobId, FAILED)
  await after.done
  const again = collect(await events({ 'last-event-id': id ?? '' }))
  await again.done
  expect(seqs(again.frames)).toEqual([6])
})

it('a socket that comes back with the stamp of a lost event is told to forget what it holds', async () => {
  const before = await follow(open(stack.api.url), { jobId })
  const held = before.snapshot
  await regrow()
  const other = await stack.startApi()
  const request = { jobId, afterSeq: held?.seq ?? -1, stamp: held?.stamp ?? '' }
  const after = await follow(open(other.url), request, held)
  await until(() => after.resyncs.length === 1)
  expect(after.events).toEqual([])
  expect(after.snapshot).toMatchObject({ seq: 5, progress: { value: 0.4 } })
})
