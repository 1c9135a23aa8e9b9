/** A deployment of the version before the backlog, upgraded while it has jobs in every state. */
import { tellNobody } from '@safelight/runtime'
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { isTerminal } from '@safelight/shared'
import { type Simulator, startSimulator } from '@safelight/simulator'
import {
  createBacklog,
  createHostRegistry,
  createOrphans,
  createQueues,
  createReconciler,
  createTickets,
  promptIdOf,
} from '@safelight/store'
import { until } from '@safelight/testkit'
import { listKeys, openTestBed, type TestBed } from '@safelight/testkit/vitest'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { loadOldDeployment, type OldDeployment } from './testing/old-deployment.ts'

/** In the order in which they are served: by priority, then first come. */
const WAITING = [
  'waits 2 high',
  'waits 5 high',
  'waits 1',
  'waits 3',
  'waits 6 until',
  'waits 7 secret',
  'in the outbox',
  'waits 4 low',
]
const IN_HAND = ['collects', 'runs', 'canceling', 'staged', 'staged too']
const ENDED = ['succeeded', 'canceled in line', 'dead letter']
const DONE = [...WAITING, 'collects', 'runs', 'staged', 'staged too']

const addressOf = ({ url }: Simulator) => new URL(url).host
const lineSchema = z.object({ msg: z.string(), jobId: z.string().optional() })

async function openBed(): Promise<TestBed> {
  const bed = await openTestBed()
  onTestFinished(() => bed.close())
  return bed
}

/** As every API has one. */
function openReconciler({ redis, keys, store, log, scope }: TestBed) {
  const backlog = createBacklog({ redis, keys })
  const tickets = createTickets(scope.use(createQueues({ redis, keys })))
  const hosts = createHostRegistry({ redis, keys })
  const orphans = createOrphans({ redis, keys })
  const deps = { redis, keys, store, backlog, tickets, hosts, orphans, log }
  return {
    backlog,
    reconciler: createReconciler({ ...deps, emit: tellNobody, adoptWaitMs: 60_000 }),
  }
}

const oldKeys = async ({ redis, namespace }: TestBed) =>
  (await listKeys(redis, namespace)).filter((key) => /}:(bull:jobs:|outbox|slots:)/.test(key))

/** What the host had of the old worker: its prompt, under the id that the record names. */
async function post(bed: TestBed, host: Simulator, jobId: string): Promise<void> {
  const id = promptIdOf(jobId, 1)
  const prompt = await bed.store.loadWorkflow(jobId)
  const answer = await fetch(`${host.url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt, prompt_id: id, client_id: id }),
  })
  expect(answer.status).toBe(200)
}

function dispatched({ logged }: TestBed, old: OldDeployment): (string | undefined)[] {
  return logged
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .filter(({ msg }) => msg === 'job dispatched')
    .map(({ jobId = '' }) => old.nameOf(jobId))
}

it('goes on with every job where it was, each of them once, whichever API moves it', async () => {
  const bed = await openBed()
  const first = bed.scope.use(await startSimulator({ dialect: '0.33.0', speed: 150 }))
  const second = bed.scope.use(await startSimulator({ dialect: '0.33.0', speed: 150 }))
  const hosts = { first: addressOf(first), second: addressOf(second) }
  const old = await loadOldDeployment(bed, { hosts })
  const ended = await Promise.all(ENDED.map((name) => bed.store.load(old.jobId(name))))
  await post(bed, first, old.jobId('collects'))
  await until(async () => (first.executions()[0]?.outcome === 'success' ? true : null))
  await post(bed, first, old.jobId('runs'))
  await post(bed, first, old.jobId('staged'))
  // that of `staged too` has lost it since
  await post(bed, second, old.jobId('canceling'))

  const openApi = () =>
    createApi(loadApiConfig({ ...bed.env, PORT: '0' }), {
      log: bed.log,
      timings: { reconcileMs: 300 },
    })
  const [api, other] = await Promise.all([openApi(), openApi()])
  for (const opened of [api, other]) bed.scope.use(opened)
  await until(async () => ((await oldKeys(bed)).length === 0 ? true : null))
  expect(bed.logged.join('')).toContain('moved the queue of an older version')
  const config = loadWorkerConfig({ ...bed.env, COMFYUI_HOSTS: `${first.url},${second.url}` })
  bed.scope.use(await createWorkerApp(config, { log: bed.log, timings: QUICK_TIMINGS }))

  const end = (name: string) =>
    until(async () => {
      const snapshot = await bed.store.load(old.jobId(name))
      return snapshot && isTerminal(snapshot.status) ? snapshot : null
    })
  const ends: string[] = []
  for (const name of DONE) {
    const { status, attempt } = await end(name)
    ends.push(`${name}: ${status}, attempt ${attempt}`)
  }
  expect(ends).toEqual(DONE.map((name) => `${name}: succeeded, attempt 1`))
  expect(await end('canceling')).toMatchObject({ status: 'canceled' })
  // what was only staged may have given way to a higher priority
  const inOrder = new Set(dispatched(bed, old).filter((name) => WAITING.includes(name ?? '')))
  expect([...inOrder]).toEqual(WAITING)
  const executions = [...first.executions(), ...second.executions()]
  const times = (name: string, attempt = 1) =>
    executions.filter(({ promptId }) => promptId === promptIdOf(old.jobId(name), attempt)).length
  const begun = [...DONE, 'canceling']
  expect(begun.map((name) => `${name}: ${times(name)}`)).toEqual(begun.map((name) => `${name}: 1`))
  expect(times('staged too', 2)).toBe(0)
  const secrets = [...first.prompts(), ...second.prompts()].map(({ extraData }) => extraData)
  expect(secrets.join()).toContain('not-a-secret')

  // its retry is due in minutes
  const late = old.jobId('retried later')
  expect(await bed.store.load(late)).toMatchObject({ status: 'queued', attempt: 1 })
  expect(Number(await bed.redis.zscore(bed.keys.deferred, late))).toBeGreaterThan(
    Date.now() + 60_000,
  )
  await bed.redis.zadd(bed.keys.deferred, Date.now(), late)
  expect(await end('retried later')).toMatchObject({ status: 'succeeded', attempt: 2 })

  expect(await Promise.all(ENDED.map((name) => bed.store.load(old.jobId(name))))).toEqual(ended)
  const replayed = await fetch(
    `${api.url}/api/v2/dead-letters/${old.jobId('dead letter')}/replay`,
    { method: 'POST' },
  )
  const { id } = z.object({ id: z.string() }).parse(await replayed.json())
  const again = await until(async () => {
    const snapshot = await bed.store.load(id)
    return snapshot && isTerminal(snapshot.status) ? snapshot : null
  })
  expect(again).toMatchObject({ status: 'succeeded', replayOf: old.jobId('dead letter') })
  expect(await oldKeys(bed)).toEqual([])
})

it('leaves to a worker that still runs what it has in hand, until it lets go of it', async () => {
  const bed = await openBed()
  const old = await loadOldDeployment(bed, { agoMs: 0, locked: true })
  const [one, other] = [openReconciler(bed), openReconciler(bed)]
  const sweep = () => Promise.all([one.reconciler.sweep(), other.reconciler.sweep()])
  const placeOf = async (name: string) => (await one.backlog.locate([old.jobId(name)]))[0]
  const placesOf = (names: string[]) =>
    Promise.all(names.map(async (name) => `${name}: ${(await placeOf(name))?.place}`))

  await sweep()
  // who has accepted it may be about to add its ticket
  const accepted = old.jobId('in the outbox')
  expect(await placeOf('in the outbox')).toEqual({ place: 'nowhere' })
  await bed.redis.zadd(`${bed.keys.prefix}outbox`, Date.now() - 60_000, accepted)
  await sweep()
  expect(await placesOf(WAITING)).toEqual(WAITING.map((name) => `${name}: backlog`))
  expect(await placeOf('retried later')).toEqual({ place: 'deferred' })
  expect(await placesOf(IN_HAND)).toEqual(IN_HAND.map((name) => `${name}: nowhere`))
  expect(await bed.redis.zscore(bed.keys.deadlines, accepted)).not.toBeNull()
  const lockOf = (jobId: string) => `${bed.keys.bullPrefix}:jobs:${jobId}:lock`
  for (const name of IN_HAND) expect(await bed.redis.exists(lockOf(old.jobId(name)))).toBe(1)

  // one of them is put back, and the rest dies with its worker
  await bed.redis.del(lockOf(old.jobId('staged')))
  await sweep()
  expect(await placeOf('staged')).toEqual({ place: 'execute', hostId: '127.0.0.1:18188' })
  expect(await placeOf('runs')).toEqual({ place: 'nowhere' })
  await bed.redis.del(...IN_HAND.map((name) => lockOf(old.jobId(name))))
  await sweep()
  expect(await placesOf(IN_HAND)).toEqual(IN_HAND.map((name) => `${name}: execute`))
  expect(await one.backlog.dispatched('127.0.0.1:18188')).toHaveLength(3)
  expect(await oldKeys(bed)).toEqual([])
  expect(await one.backlog.depth()).toBe(WAITING.length + 1)
})
