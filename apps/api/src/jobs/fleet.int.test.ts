/** What submissions are told of a fleet whose hosts cannot run them, or cannot now. */
import { tellNobody } from '@safelight/runtime'
import { jobPageSchema } from '@safelight/shared'
import {
  closeRedis,
  type ControlMessage,
  createHostFiles,
  createRedis,
  type HostReport,
  NO_NEEDS,
  subscribeControl,
} from '@safelight/store'
import { newHostReport } from '@safelight/testkit'
import { acceptJob } from '@safelight/testkit/vitest'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'

let stack: ApiStack
let url: string
shareStack(
  (shared) => {
    stack = shared
    url = `${stack.api.url}/api/v2/jobs`
  },
  // what one test says of the fleet is not remembered in the next; a busy machine takes its time to answer
  {
    timings: {
      nodeClassesAgeMs: 0,
      filesLookMs: 20_000,
      requestDeadlineMs: 25_000,
    },
  },
)

/** Whatever is old enough to be wrong is read again. */
const AGES = { nodeClassesAgeMs: 3_600_000, fleetLatelyMs: 0 }

describe('a fleet that is known', () => {
  async function report(hostId: string, over: Partial<HostReport> = {}): Promise<void> {
    await stack.hosts.report(newHostReport(await stack.store.now(), { hostId, ...over }))
  }
  /** What a worker found there, an hour ago or in so many ms. */
  async function list(hostId: string, names: string[], inMs = -3_600_000): Promise<void> {
    const choices = new Map([
      ['Loader', new Map([['model', { names: new Set(names), strict: true }]])],
    ])
    const at = (await stack.store.now()) + inMs
    await createHostFiles(stack).save(hostId, { choices, at, askedAt: new Map() })
  }
  const workflow = {
    '1': { class_type: 'Loader', inputs: { model: 'x.pt' } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
  }
  const CLASSES = {
    Loader: { output: false, outputs: 1, required: [] },
    SaveImage: { output: true, outputs: 0, required: [] },
  }

  it('takes no job for a pool that none of its hosts serves', async () => {
    expect((await post(url, { workflow: WORKFLOW, pool: 'video' })).status).toBe(201)
    await report('gpu-1')
    const response = await post(url, { workflow: WORKFLOW, pool: 'video' })
    const { code, message } = await readError(response)
    expect([response.status, code, message]).toEqual([
      400,
      'invalid_request',
      "pool: no host has the label 'video'.",
    ])
    await report('gpu-2', { labels: ['video'] })
    expect((await post(url, { workflow: WORKFLOW, pool: 'video' })).status).toBe(201)
    const slip = await readError(await post(url, { workflow: WORKFLOW, pool: 'vidoe' }))
    expect(slip).toMatchObject({
      message: "pool: no host has the label 'vidoe'; like it: 'video'.",
      details: { reason: 'no_such_pool', pool: 'vidoe' },
    })
  })

  it('takes no job whose inputs each of its hosts is certain to refuse', async () => {
    const known = {
      SaveImage: { ...CLASSES.SaveImage, inputs: { images: { type: 'IMAGE', required: true } } },
      Loader: { ...CLASSES.Loader, inputs: { steps: { type: 'INT', required: true, min: 1 } } },
    }
    await report('gpu-1')
    await stack.hosts.saveNodeClasses('gpu-1', { ...known, Loader: { ...known.Loader, own: true } })
    const wrong = { ...workflow, '1': { class_type: 'Loader', inputs: { steps: 0 } } }
    const refused = await post(url, { workflow: wrong })
    expect(refused.status).toBe(422)
    const { code, details } = await readError(refused)
    expect(code).toBe('invalid_workflow')
    expect(details?.['node_errors']).toMatchObject({
      '1': { dependent_outputs: ['2'], errors: [{ type: 'value_smaller_than_min' }] },
    })
    // another host may see it otherwise
    await report('gpu-2')
    await stack.hosts.saveNodeClasses('gpu-2', known)
    expect((await post(url, { workflow: wrong })).status).toBe(201)
  })

  it('takes no job whose nodes no single host of the pool has', async () => {
    const [loader, saver] = [{ Loader: CLASSES.Loader }, { SaveImage: CLASSES.SaveImage }]
    await report('gpu-1', { labels: ['video'] })
    await report('gpu-2')
    await stack.hosts.saveNodeClasses('gpu-1', loader)
    await stack.hosts.saveNodeClasses('gpu-2', { ...loader, ...saver })
    const refused = await post(url, { workflow, pool: 'video' })
    expect(refused.status).toBe(422)
    expect(await readError(refused)).toMatchObject({
      code: 'invalid_workflow',
      message:
        "No host with the label 'video' has all nodes of the workflow: the nearest lacks 'SaveImage'.",
      details: { node_errors: { '2': { errors: [{ type: 'missing_node_type' }] } } },
    })
    expect((await post(url, { workflow })).status).toBe(201)
    // each node is known somewhere, and no host knows both
    await stack.hosts.saveNodeClasses('gpu-2', saver)
    expect((await post(url, { workflow })).status).toBe(422)
    await stack.hosts.saveNodeClasses('gpu-1', CLASSES)
    expect((await post(url, { workflow, pool: 'video' })).status).toBe(201)
  })

  it('is asked anew for files that it does not list, and what it then says counts', async () => {
    await report('gpu-1')
    await stack.hosts.saveNodeClasses('gpu-1', CLASSES)
    await list('gpu-1', [])
    const subscriber = createRedis(inject('redisUrl'), 'subscriber', { emit: tellNobody })
    onTestFinished(() => closeRedis(subscriber))
    // in the place of a worker
    let names: string[] = []
    const looks: ControlMessage[] = []
    const { keys } = stack
    await subscribeControl({
      subscriber,
      keys,
      onMessage(message) {
        looks.push(message)
        // clocks agree no better on a busy machine
        void list('gpu-1', names, 1_000)
      },
    })
    const refused = await readError(await post(url, { workflow }))
    expect(refused).toMatchObject({
      code: 'invalid_workflow',
      details: { node_errors: { '1': { errors: [{ type: 'value_not_in_list' }] } } },
    })
    names = ['x.pt']
    // another list: the times of one and the same would be merged
    await list('gpu-1', ['y.pt'])
    expect((await post(url, { workflow })).status).toBe(201)
    const look = { type: 'look', classes: ['Loader'] }
    expect(looks).toEqual([look, look])
  })

  it('tells why a job waits that none of its hosts can run now', async () => {
    await stack.hosts.saveNodeClasses('gpu-1', CLASSES)
    await report('gpu-1', { labels: ['video'] })
    await list('gpu-1', ['x.pt'])
    const { id } = await submitJob(stack.api.url, { workflow, pool: 'video' })
    const reasons = async () =>
      (await readJob(stack.api.url, id)).warnings.map(({ code, message }) => `${code} ${message}`)
    expect(await reasons()).toEqual([])
    await list('gpu-1', [])
    expect(await reasons()).toEqual(["no_host No host has 'x.pt' listed for model of Loader."])
    await list('gpu-1', ['x.pt'])
    await report('gpu-1', { labels: ['video'], state: 'offline' })
    expect((await reasons())[0]).toMatch(/^no_host Only hosts that take no jobs now have the label/)
    await report('gpu-1')
    expect(await reasons()).toEqual(["no_host No host has the label 'video'."])
    await stack.append(id, { type: 'status', status: 'canceled', phase: null })
    expect(await reasons()).toEqual([])
  })

  it('tells of a host as it is, however long it is remembered what hosts can run', async () => {
    const api = await stack.startApi({}, AGES)
    await stack.hosts.saveNodeClasses('gpu-1', CLASSES)
    await report('gpu-1', { labels: ['video'] })
    const { id } = await submitJob(api.url, { workflow, pool: 'video' })
    const reasons = async () => {
      const page = await (await fetch(`${api.url}/api/v2/jobs`)).json()
      const [listed] = jobPageSchema.parse(page).jobs
      const { warnings } = await readJob(api.url, id)
      expect(listed?.warnings).toEqual(warnings)
      return warnings.map(({ message }) => message)
    }
    expect(await reasons()).toEqual([])
    await stack.hosts.drain('gpu-1', null)
    expect(await reasons()).toEqual([
      "Only hosts that take no jobs now have the label 'video' (gpu-1: draining).",
    ])
    await stack.hosts.resume('gpu-1')
    expect(await reasons()).toEqual([])
    await report('gpu-1', { labels: ['video'], state: 'offline' })
    expect(await reasons()).toHaveLength(1)
    // one that has just come, and has not said yet what it can run
    await report('gpu-2', { labels: ['video'] })
    expect(await reasons()).toEqual([])
  })

  it('says that no host has a node until one has, and takes jobs with it from then on', async () => {
    const api = await stack.startApi({}, AGES)
    await report('gpu-1')
    await stack.hosts.saveNodeClasses('gpu-1', CLASSES)
    const submit = async () => (await post(`${api.url}/api/v2/jobs`, { workflow: WORKFLOW })).status
    expect(await submit()).toBe(422)
    // of a time when there was one
    const needs = { ...NO_NEEDS, classes: ['EmptyImage'] }
    const jobId = await acceptJob(stack.store, { needs })
    const reasons = async () =>
      (await readJob(api.url, jobId)).warnings.map(({ message }) => message)
    expect(await reasons()).toEqual(["No host has a node 'EmptyImage'."])
    await report('gpu-2')
    await stack.hosts.saveNodeClasses('gpu-2', {
      ...CLASSES,
      EmptyImage: { output: false, outputs: 1, required: [] },
    })
    expect(await reasons()).toEqual([])
    expect(await submit()).toBe(201)
  })
})
