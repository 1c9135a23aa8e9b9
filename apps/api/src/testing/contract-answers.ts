/** A request for every answer that the contract documents: operation → status → what makes a server give it. */
import { randomUUID } from 'node:crypto'
import type { JobView } from '@safelight/shared'
import { ASSET_ANSWERS } from './contract-asset-answers.ts'
import { alike, type Ask, type Ground, json, NOBODY, spoil } from './contract-ground.ts'
import { post, submitJob } from './http.ts'
import { smallJob, WORKFLOW } from './play-worker.ts'

const JOBS = '/api/v2/jobs'
const jobPath = (id: string) => `${JOBS}/${id}`

async function endedJob({ stack, base }: Ground): Promise<JobView> {
  const job = await submitJob(base)
  for (const body of smallJob(randomUUID())) await stack.append(job.id, body)
  return job
}

function jobOperation(method: 'GET' | 'POST', suffix: string) {
  const init = { method }
  const ask = (base: string, id: string) => fetch(`${base}${jobPath(id)}${suffix}`, init)
  return {
    ...alike(`${jobPath(NOBODY)}${suffix}`, init),
    200: async (ground) => ask(ground.base, (await endedJob(ground)).id),
    500: async (ground) => {
      const { id } = await submitJob(ground.base)
      const { keys } = ground.stack
      await spoil(ground, keys.job(id), keys.workflow(id))
      return ask(ground.base, id)
    },
  } satisfies Record<number, Ask>
}

const look = jobOperation('GET', '')
const graph = jobOperation('GET', '/workflow')
const events = jobOperation('GET', '/events')
const cancel = jobOperation('POST', '/cancel')
const submission = alike(JOBS, json({ workflow: WORKFLOW }))

export const ANSWERS: Record<string, Record<number, Ask>> = {
  ...ASSET_ANSWERS,
  postJobs: {
    201: ({ base }) => post(`${base}${JOBS}`, { workflow: WORKFLOW }),
    401: submission[401],
    403: submission[403],
    422: ({ base }) => post(`${base}${JOBS}`, { workflow: {} }),
    429: async ({ small }) => {
      await submitJob(small)
      return post(`${small}${JOBS}`, { workflow: WORKFLOW })
    },
    500: async (ground) => {
      await spoil(ground, ground.stack.keys.backlog('*'))
      return post(`${ground.base}${JOBS}`, { workflow: WORKFLOW })
    },
  },
  getJob: {
    200: look[200],
    401: look[401],
    404: look[404],
    429: async ({ small }) => {
      const { id } = await submitJob(small)
      const stream = await fetch(`${small}${jobPath(id)}/events`)
      const refused = await fetch(`${small}${jobPath(id)}?wait=60`)
      await stream.body?.cancel()
      return refused
    },
    500: look[500],
  },
  getJobWorkflow: { 200: graph[200], 401: graph[401], 404: graph[404], 500: graph[500] },
  getJobEvents: {
    200: events[200],
    401: events[401],
    404: events[404],
    429: async ({ small }) => {
      const { id } = await submitJob(small)
      const stream = await fetch(`${small}${jobPath(id)}/events`)
      const refused = await fetch(`${small}${jobPath(id)}/events`)
      await stream.body?.cancel()
      return refused
    },
    500: events[500],
  },
  cancelJob: {
    200: cancel[200],
    401: cancel[401],
    403: cancel[403],
    404: cancel[404],
    500: cancel[500],
  },
}
