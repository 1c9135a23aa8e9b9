/** GET /jobs/{id}/why over a real Redis: what is read of a job and of the fleet. */
import { learnCosts } from '@safelight/comfyui'
import { whyViewSchema, type WhyView } from '@safelight/shared'
import {
  createBacklog,
  createHostFiles,
  createStandings,
  type HostReport,
  NO_NEEDS,
} from '@safelight/store'
import { newHostReport } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { post, readError } from '../testing/http.ts'
import { progressed, RUNNING, WORKFLOW } from '../testing/play-worker.ts'
import type { FleetWork } from '../watch/fleet-work.ts'
import { explain } from './explain.ts'
import { createReadWhyFacts } from './facts.ts'

let stack: ApiStack
let url: string
shareStack(
  (shared) => {
    stack = shared
    url = `${stack.api.url}/api/v2/jobs`
  },
  // what one test says of the fleet is not remembered in the next
  { timings: { nodeClassesAgeMs: 0, fleetLatelyMs: 0, fleetAgeMs: 0 } },
)

async function submit(fields: object = {}): Promise<string> {
  const response = await post(url, { workflow: WORKFLOW, ...fields })
  expect(response.status).toBe(201)
  // the answer is checked where submissions are tested
  return ((await response.json()) as { id: string }).id
}

async function why(jobId: string): Promise<WhyView> {
  const response = await fetch(`${url}/${jobId}/why`)
  expect(response.status).toBe(200)
  return whyViewSchema.parse(await response.json())
}

async function report(hostId: string, over: Partial<HostReport> = {}): Promise<void> {
  await stack.hosts.report(newHostReport(await stack.store.now(), { hostId, ...over }))
}

const NO_WORK: FleetWork = { hosts: [], waiting: new Map(), given: new Map(), endedMs: null }

/** Jobs have its slots. */
async function occupy(hostId: string, slots: number): Promise<string[]> {
  const backlog = createBacklog(stack)
  const jobIds: string[] = []
  while (jobIds.length < slots) {
    const jobId = await submit({ owner: 'busy' })
    const order = { jobId, hostId, slots, ownerLimit: null, overtaken: [] }
    expect(await backlog.dispatch(order)).toMatchObject({ outcome: 'dispatched' })
    jobIds.push(jobId)
  }
  return jobIds
}

it('counts who is ahead, by owner', async () => {
  await report('gpu-1', { labels: ['b'] })
  await occupy('gpu-1', 2)
  for (let n = 0; n < 3; n += 1) await submit({ pool: 'b', owner: 'a' })
  const last = await submit({ pool: 'b', owner: 'a' })
  const told = await why(last)
  expect(told).toMatchObject({ status: 'queued', code: 'behind_others' })
  expect(told.text).toMatch(/^Behind 3 jobs of owner a; needs pool b: 1 host, busy/)
  expect(told.details).toMatchObject({
    ahead: 3,
    ahead_by_owner: [{ owner: 'a', jobs: 3 }],
    ahead_counted: 3,
    hosts: [{ id: 'gpu-1', free_slots: 0 }],
  })
})

it('looks at the owners of a bounded number', async () => {
  await report('gpu-1')
  await occupy('gpu-1', 2)
  const jobId = await submit({ priority: -1 })
  await Promise.all(
    Array.from({ length: 110 }, (_, n) =>
      stack.store.accept({
        jobId: `j-${n}`,
        workflow: WORKFLOW,
        owner: 'flood',
        pool: null,
        priority: 0,
        cost: 1,
        weight: 1,
        needs: NO_NEEDS,
        metadata: null,
        idempotencyKey: null,
      }),
    ),
  )
  const { text, details } = await why(jobId)
  expect(text).toMatch(/^Behind 110 jobs, at least 100 of them of owner flood; 1 host, busy/)
  expect(details).toMatchObject({ ahead: 110, ahead_counted: 100 })
})

it('knows what hosts lack, and which are away', async () => {
  expect((await why(await submit())).code).toBe('no_host')
  const { store, keys, redis } = stack
  const workflow = {
    '1': { class_type: 'Loader', inputs: { model: 'x.pt' } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
  }
  const jobId = await submit({ workflow })
  await report('gpu-1')
  await stack.hosts.saveNodeClasses('gpu-1', {
    SaveImage: { output: true, outputs: 0, required: [] },
  })
  expect(await why(jobId)).toMatchObject({
    code: 'no_host_has',
    text: "No host has a node 'Loader'.",
  })
  const strict = { names: new Set(['y.pt']), strict: true }
  await createHostFiles({ redis, keys }).save('gpu-2', {
    choices: new Map([['Loader', new Map([['model', strict]])]]),
    at: await store.now(),
    askedAt: new Map(),
  })
  await report('gpu-2')
  expect((await why(jobId)).text).toBe(
    "No host has all that it needs: gpu-1 lacks a node 'Loader'; gpu-2 lacks 'x.pt' listed for model of Loader.",
  )
  await report('gpu-1', { left: true })
  await report('gpu-2', { left: true })
  expect((await why(jobId)).code).toBe('no_worker')
})

it('knows the limit that workers hold an owner to', async () => {
  await report('gpu-1', { ownerLimit: 2 })
  await report('gpu-1', { workerId: 'w-2', ownerLimit: 1 })
  const first = await submit({ owner: 'a' })
  const backlog = createBacklog(stack)
  const order = { hostId: 'gpu-1', slots: 2, ownerLimit: 1, overtaken: [] }
  expect(await backlog.dispatch({ jobId: first, ...order })).toMatchObject({
    outcome: 'dispatched',
  })
  expect(await why(first)).toMatchObject({
    code: 'on_its_way',
    details: { place: 'execute', host_id: 'gpu-1' },
  })
  const second = await why(await submit({ owner: 'a' }))
  expect(second.code).toBe('owner_limit')
  expect(second.details.owner).toEqual({ name: 'a', running: 1, limit: 1 })
  expect((await why(await submit({ owner: 'b' }))).code).toBe('next')
})

it('tells why it rests, and which host it avoids', async () => {
  await report('gpu-1')
  const jobId = await submit()
  const backlog = createBacklog(stack)
  await backlog.dispatch({ jobId, hostId: 'gpu-1', slots: 2, ownerLimit: null, overtaken: [] })
  const claim = await stack.store.claim(jobId)
  const token = claim?.token ?? 0
  const failure = { attempt: 1, hostId: 'gpu-1', cause: 'stalled', orphaned: false } as const
  await stack.store.saveAttempt(jobId, token, {
    attempt: 1,
    hostId: 'gpu-1',
    promptId: 'p',
    hostUrl: null,
    failures: [failure],
    unreachableSince: null,
  })
  const avoidUntil = (await stack.store.now()) + 600_000
  const needs = { ...NO_NEEDS, avoid: ['gpu-1'], avoidUntil }
  await backlog.putBack(jobId, { token, delayMs: 300_000, needs })
  const resting = await why(jobId)
  expect(resting.code).toBe('deferred')
  expect(resting.text).toMatch(
    /^Attempt 1 on gpu-1 failed \(nothing moved any more\): it is tried again, not before .* UTC\.$/,
  )
  expect(Date.parse(resting.details.until ?? '')).toBeGreaterThan(avoidUntil - 400_000)
  expect(resting.details.attempts).toMatchObject([{ attempt: 1, cause: 'stalled' }])
})

it('tells what it executes and since when, and that its end was asked for', async () => {
  await report('host-a', { state: 'busy' })
  const jobId = await submit()
  await stack.append(jobId, RUNNING)
  for (const value of [0.1, 0.2, 0.3]) await stack.append(jobId, progressed(value))
  const { code, text, details } = await why(jobId)
  expect(code).toBe('executing')
  expect(text).toMatch(/^Executes EmptyImage \(node 1\) on host-a for \d+ s\.$/)
  expect(details.node).toMatchObject({ id: '1', class: 'EmptyImage', expected_ms: null })
  // the first event that named the node, not the last
  const { events } = await stack.store.eventsAfter(jobId, 0)
  const first = events.find(({ type }) => type === 'progress')
  expect(details.since).toBe(new Date(first?.ts ?? 0).toISOString())
  await stack.append(jobId, { type: 'status', status: 'canceling', phase: 'executing' })
  expect((await why(jobId)).text).toMatch(/^Its end was asked for \d+ s ago/)
  await stack.append(jobId, { type: 'status', status: 'canceled', phase: null })
  expect((await why(jobId)).text).toBe('It waits for nothing: it has ended (canceled).')
})

it('goes by the records of slots, not by what workers have reported of them', async () => {
  await report('gpu-1', { slots: 1 })
  const [there] = await occupy('gpu-1', 1)
  const jobId = await submit()
  const slots = async () => {
    const { code, text, details } = await why(jobId)
    return [code, text, details.hosts[0]?.free_slots]
  }
  // its worker has died, or has not got to it
  expect(await slots()).toEqual(['fleet_busy', 'Next in line; 1 host, busy.', 0])
  await report('gpu-1', { slots: 1, state: 'busy', running: [there ?? ''] })
  await stack.append(there ?? '', { type: 'status', status: 'canceled', phase: null })
  expect(await slots()).toEqual([
    'next',
    'Next in line; 1 host, free; a worker takes it in a moment.',
    1,
  ])
})

it('calls a job ended, not astray, that ends while somebody asks', async () => {
  const jobId = await submit()
  const { redis, keys, store, hosts } = stack
  const backlog = createBacklog(stack)
  const readStanding = createStandings({ redis, keys, backlog })
  const readFacts = createReadWhyFacts({
    store,
    async standing(...asked) {
      await stack.append(jobId, { type: 'status', status: 'canceled', phase: null })
      return readStanding(...asked)
    },
    hosts,
    backlog,
    fleet: { hosts: async () => [], hostsLately: async () => [] },
    fleetWork: Object.assign(async () => NO_WORK, { lately: async () => NO_WORK }),
    learned: async () => learnCosts(new Map()),
  })
  const facts = await readFacts(jobId)
  expect(facts && explain(facts)).toMatchObject({ status: 'canceled', code: 'ended' })
})

it('knows no other jobs', async () => {
  const response = await fetch(`${url}/00000000-0000-4000-8000-000000000000/why`)
  expect(response.status).toBe(404)
  expect(await readError(response)).toMatchObject({ code: 'not_found' })
})
