/** Jobs that fail by themselves: whose fault it is decides what happens. */
import { isRed } from '@safelight/testkit/vitest'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { endOf, submit, textToImage } from '../testing/client.ts'
import {
  type ClusterHere,
  type ClusterHereOptions,
  openClusterHere,
  startClusterHere,
} from '../testing/cluster-here.ts'
import { outcomesOf, whenAllReady } from '../testing/hosts.ts'
import { raising, slow } from '../testing/workflows.ts'

let shared: ClusterHere
beforeAll(async () => {
  shared = await startClusterHere({}, isRed)
})
afterAll(() => shared.close())

/** What these tests look at leaves no trace in a cluster, apart from its executions so far. */
async function useShared() {
  const before = (await outcomesOf(shared.simulators)).length
  return {
    url: shared.url,
    outcomes: async () => (await outcomesOf(shared.simulators)).slice(before),
  }
}

async function start(context: TestContext, options: ClusterHereOptions) {
  const cluster = await openClusterHere(options, context)
  const { url } = cluster
  return { cluster, url, outcomes: () => outcomesOf(cluster.simulators) }
}

const post = (url: string, workflow: unknown) =>
  fetch(`${url}/api/v2/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workflow }),
  })

describe('invalid workflow', () => {
  it('is refused with the node errors before any host sees it', async () => {
    const { url, outcomes } = await useShared()
    const answer = await post(url, {
      '1': { class_type: 'SaveImage', inputs: { images: ['9', 0], filename_prefix: 'x' } },
    })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      error: { code: 'invalid_workflow', details: { node_errors: { '1': expect.anything() } } },
    })
    expect(await outcomes()).toEqual([])
  })

  it('is refused for inputs that every host would refuse', async () => {
    const { url, outcomes } = await useShared()
    // what hosts take is known once they have been asked
    await endOf(url, (await submit(url, slow())).id)
    const before = (await outcomes()).length
    const answer = await post(url, {
      '1': { class_type: 'EmptyImage', inputs: { width: 0, height: 'x', batch_size: 1, color: 0 } },
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
    })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      error: {
        code: 'invalid_workflow',
        details: {
          node_errors: {
            '1': { errors: [{ type: 'value_smaller_than_min' }, { type: 'invalid_input_type' }] },
            '2': { errors: [{ type: 'required_input_missing', details: 'filename_prefix' }] },
          },
        },
      },
    })
    expect((await outcomes()).length).toBe(before)
  })

  it('fails without a second try when only the host can know', async () => {
    const { url, outcomes } = await useShared()
    const { id } = await submit(url, {
      '1': { class_type: 'LoadImage', inputs: { image: 'folder/nowhere.png' } },
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
    })
    expect(await endOf(url, id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'invalid_workflow', details: { node_errors: { '1': expect.anything() } } },
    })
    expect(await outcomes()).toEqual([])
  })
})

describe('node raises', () => {
  it('fails with the node, its class and a traceback without host paths, and is not tried again', async () => {
    const { url, outcomes } = await useShared()
    const { id } = await submit(url, raising('value_error'))
    const job = await endOf(url, id)
    expect(job).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'node_execution_error', node_id: '2', class_type: 'TraceRaise' },
    })
    expect(job.error?.traceback).toContain('File "')
    expect(job.error?.traceback).not.toMatch(/["\s]\/\w+\//)
    expect(await outcomes()).toEqual(['error'])
    const next = await submit(url, slow({ steps: 2, seconds: 0.01 }))
    expect((await endOf(url, next.id)).status).toBe('succeeded')
  })
})

describe('out of memory', () => {
  it('frees the host, goes on to the one with the most memory, and succeeds there', async (context) => {
    const faults = { outOfMemory: 9 }
    const { url, cluster } = await start(context, {
      hosts: [{ vramGb: 8, faults }, { vramGb: 16, faults }, { vramGb: 48 }],
    })
    await whenAllReady(url, cluster.simulators)
    const { id } = await submit(url, textToImage(1))
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 2, error: null })
    const outcomes = cluster.simulators.map((host) => outcomesOf([host]))
    expect(await Promise.all(outcomes)).toEqual([['error'], [], ['success']])
    const small = await fetch(`${cluster.simulators[0]?.url}/_simulator/executions`)
    expect(await small.json()).toMatchObject({ freed: 1 })
  })

  it('fails as out_of_memory, a dead letter, when no host has room', async (context) => {
    const { url, outcomes } = await start(context, {
      hosts: [{}, {}],
      env: { worker: { MAX_ATTEMPTS: '3' } },
    })
    const { id } = await submit(url, raising('oom'))
    expect(await endOf(url, id)).toMatchObject({
      status: 'failed',
      attempt: 3,
      error: { code: 'out_of_memory', node_id: '2' },
    })
    expect(await outcomes()).toEqual(['error', 'error', 'error'])
    const letters = await (await fetch(`${url}/api/v2/dead-letters`)).json()
    expect(JSON.stringify(letters)).toContain(id)
  })
})
