/** What a job says of itself in each status, field by field of the contract. */
import type { JobEventBody, JobView } from '@safelight/shared'
import { expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { assertContract } from '../testing/contract.ts'
import { readJob, submitJob } from '../testing/http.ts'
import { FAILED, progressed, RUNNING, smallJob } from '../testing/play-worker.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const BACK: JobEventBody = { type: 'status', status: 'queued', phase: null, hostId: null }
const CANCELING: JobEventBody = { type: 'status', status: 'canceling', phase: 'executing' }
const CANCELED: JobEventBody = { type: 'status', status: 'canceled', phase: null }
const EXPIRED: JobEventBody = {
  type: 'status',
  status: 'expired',
  phase: null,
  error: { code: 'expired', message: 'not started in time' },
}

/** Started, ended, its place, how far it came, outputs, why it failed, and whether its time in the queue is known. */
type Row = [
  status: JobView['status'],
  bodies: JobEventBody[],
  fields: {
    started?: true
    ended?: true
    place?: 0
    value?: number
    made?: 1
    error?: string
    waited?: true
  },
]
const ROWS: [name: string, ...Row][] = [
  ['waits', 'queued', [], { place: 0 }],
  ['runs', 'running', [RUNNING], { started: true, waited: true }],
  ['moves', 'running', [RUNNING, progressed(0.5)], { started: true, waited: true, value: 0.5 }],
  [
    'waits again',
    'queued',
    [RUNNING, progressed(0.5), BACK],
    { started: true, place: 0, value: 0.5, waited: true },
  ],
  ['is to stop', 'canceling', [RUNNING, CANCELING], { started: true, waited: true }],
  [
    'has stopped',
    'canceled',
    [RUNNING, CANCELING, CANCELED],
    { started: true, ended: true, waited: true },
  ],
  ['was canceled while it waited', 'canceled', [CANCELED], { ended: true, waited: true }],
  ['waited too long', 'expired', [EXPIRED], { ended: true, error: 'expired', waited: true }],
  [
    'failed',
    'failed',
    [RUNNING, progressed(0.5), FAILED],
    { started: true, ended: true, value: 0.5, error: 'node_execution_error', waited: true },
  ],
  [
    'is done',
    'succeeded',
    smallJob('o'),
    { started: true, ended: true, value: 1, made: 1, waited: true },
  ],
]

it.each(ROWS)('a job that %s', async (...[, status, bodies, fields]) => {
  const { id } = await submitJob(stack.api.url)
  for (const body of bodies) await stack.append(id, body)
  const job = await readJob(stack.api.url, id)
  assertContract('Job', job)
  const { started, ended, place = null, value, made = 0, error, waited } = fields
  expect([job.started_at !== null, job.completed_at !== null]).toEqual([!!started, !!ended])
  expect(job).toMatchObject({ status, queue_position: place, urls: { self: `/api/v2/jobs/${id}` } })
  expect([job.progress?.value, job.outputs.length, job.error?.code]).toEqual([value, made, error])
  expect(Object.keys(job.metrics)).toEqual(expect.arrayContaining(['queue_ms', 'execution_ms']))
  expect(job.metrics.queue_ms !== null).toBe(!!waited)
  // kept for its time from the end on, and never shorter than from the beginning
  const from = Date.parse(job.completed_at ?? job.created_at)
  expect(Date.parse(job.expires_at) - from).toBe(24 * 3_600_000)
})
