import { createHostClient, createHostPool } from '@safelight/comfyui'
import { systemClock } from '@safelight/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type DeadHost, startDeadHost } from '../testing/dead-host.ts'
import { slow } from '../testing/graphs.ts'
import { type WorkerStack, startWorkerStack } from '../testing/stack.ts'
import { createClaimCheck, checkedHost, ClaimLost } from './claim-check.ts'

let stack: WorkerStack
let host: DeadHost
beforeEach(async () => {
  stack = await startWorkerStack()
  host = await startDeadHost()
})
afterEach(async () => {
  await stack.close()
  await host.close()
})

async function open() {
  const jobId = await stack.submit(slow({ color: 1 }))
  const token = (await stack.store.claim(jobId))?.token ?? 0
  const lost: string[] = []
  const checkClaim = createClaimCheck({
    holdsClaim: () => stack.store.holdsClaim(jobId, token),
    onClaimLost: () => lost.push('lost'),
    freshMs: 2_000,
    clock: systemClock,
  })
  const submit = { workflow: slow({ color: 1 }), clientId: 'me', promptId: 'mine' }
  const client = checkedHost(createHostClient(host.url), checkClaim)
  return { jobId, lost, submit, client, checkClaim }
}

it('lets the worker that holds the job through', async () => {
  const { client, submit, lost } = await open()
  await client.submit(submit)
  await client.interrupt('mine')
  expect(host.promptIds).toEqual(['mine'])
  expect(host.interrupts()).toBe(1)
  expect(lost).toEqual([])
})

it('stops a worker that was replaced before it changes anything on the host', async () => {
  const { jobId, client, submit, lost } = await open()
  await stack.store.claim(jobId)
  const calls = [
    () => client.submit(submit),
    () => client.interrupt('mine'),
    () => client.interruptWhateverRuns(),
    () => client.deletePending('mine'),
    () => client.free(),
  ]
  for (const call of calls) await expect(call()).rejects.toThrow(ClaimLost)
  expect(host.promptIds).toEqual([])
  expect(host.interrupts()).toBe(0)
  expect(lost).toHaveLength(calls.length)
  // looking is allowed
  expect((await client.queue()).running).toEqual([])
})

it('keeps a prompt back whose worker was frozen while its connection to the host was made', async () => {
  const jobId = await stack.submit(slow({ color: 1 }))
  const token = (await stack.store.claim(jobId))?.token ?? 0
  let nowMs = 0
  const checkClaim = createClaimCheck({
    holdsClaim: () => stack.store.holdsClaim(jobId, token),
    onClaimLost: () => undefined,
    freshMs: 2_000,
    clock: { steady: () => nowMs, now: () => nowMs },
  })
  const pool = createHostPool()
  const slowly = createHostClient(host.url, {
    pool: {
      ...pool,
      async request(options) {
        if (options.method === 'POST') {
          nowMs += 10_000
          await stack.store.claim(jobId)
        }
        return pool.request(options)
      },
    },
  })
  checkClaim.confirm(checkClaim.now())
  const posted = checkedHost(slowly, checkClaim).submit({
    workflow: slow({ color: 1 }),
    clientId: 'me',
    promptId: 'mine',
  })
  await expect(posted).rejects.toThrow(ClaimLost)
  await pool.close()
  expect(host.promptIds).toEqual([])
})

it('does not trust an answer that was long on its way: it may be older than another’s claim', async () => {
  const answers = [true, false]
  let asked = 0
  let nowMs = 0
  const checkClaim = createClaimCheck({
    async holdsClaim() {
      asked += 1
      if (asked === 1) nowMs += 2_000
      return answers[asked - 1] ?? false
    },
    onClaimLost: () => undefined,
    freshMs: 2_000,
    clock: { steady: () => nowMs, now: () => nowMs },
  })
  await expect(checkClaim.anew()).rejects.toThrow(ClaimLost)
})

it('takes a write of ours for an answer before what only adds something, and not for long', async () => {
  let asked = 0
  let nowMs = 0
  const checkClaim = createClaimCheck({
    async holdsClaim() {
      asked += 1
      return true
    },
    onClaimLost: () => undefined,
    freshMs: 2_000,
    clock: { steady: () => nowMs, now: () => nowMs },
  })
  checkClaim.confirm({ steadyMs: 0, calendarMs: 0 })
  nowMs = 1_999
  await checkClaim.recent()
  expect(asked).toBe(0)
  await checkClaim.anew()
  expect(asked).toBe(1)
  nowMs = 3_998
  await checkClaim.recent()
  // what was asked for long before says nothing
  checkClaim.confirm({ steadyMs: 100, calendarMs: 100 })
  expect(asked).toBe(1)
  nowMs = 3_999
  await checkClaim.recent()
  expect(asked).toBe(2)
})

it.each([
  ['whose machine was suspended, with its stopwatch', { steadyMs: 1_000, calendarMs: 60_000 }],
  ['whose calendar was set back while it stood still', { steadyMs: 2_000, calendarMs: -60_000 }],
])('asks again in a process %s', async (_, later) => {
  let asked = 0
  let moment = { steadyMs: 0, calendarMs: 0 }
  const checkClaim = createClaimCheck({
    async holdsClaim() {
      asked += 1
      return false
    },
    onClaimLost: () => undefined,
    freshMs: 2_000,
    clock: { steady: () => moment.steadyMs, now: () => moment.calendarMs },
  })
  checkClaim.confirm(checkClaim.now())
  await checkClaim.recent()
  expect(asked).toBe(0)
  moment = later
  await expect(checkClaim.recent()).rejects.toThrow(ClaimLost)
})

it('stops a worker that was replaced before it stops or frees anything, though it wrote just now', async () => {
  const { jobId, client, checkClaim } = await open()
  checkClaim.confirm(checkClaim.now())
  await stack.store.claim(jobId)
  const calls = [
    () => client.interrupt('mine'),
    () => client.interruptWhateverRuns(),
    () => client.deletePending('mine'),
    () => client.free(),
  ]
  for (const call of calls) await expect(call()).rejects.toThrow(ClaimLost)
  expect(host.interrupts()).toBe(0)
})

it('does not wait for a store that is away longer than whoever asks', async () => {
  const leaving = new AbortController()
  const checkClaim = createClaimCheck({
    holdsClaim: () => new Promise(() => {}),
    onClaimLost: () => undefined,
    freshMs: 2_000,
    clock: systemClock,
  })
  const asked = checkClaim.recent(leaving.signal)
  leaving.abort('shutdown')
  await expect(asked).rejects.toBe('shutdown')
})
