/** Outputs that come some other way than whole, at the end, from a file that is there. */
import { describe, expect, it, type TestContext } from 'vitest'
import { cancel, endOf, submit, whenJob } from '../testing/client.ts'
import { outcomesOf, setFaults } from '../testing/hosts.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

async function start(context: TestContext) {
  const cluster = await openClusterHere({ speed: 20 }, context)
  const [host] = cluster.simulators
  if (!host) throw new Error('no host')
  return { cluster, url: cluster.url, host }
}

/** Saves a picture, then works on it for four seconds: long enough to be seen by a busy machine. */
const saveThenWork = (after: string) => ({
  ...slow({ steps: 80, seconds: 1 }),
  '4': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'first' } },
  '5': { class_type: 'TraceRaise', inputs: { image: ['2', 0], kind: 'value_error' } },
  '6': { class_type: 'SaveImage', inputs: { images: [after, 0], filename_prefix: 'last' } },
})

describe.concurrent('a job that ends before its graph does', () => {
  it('keeps what was made, seen while the rest went on', async (context) => {
    const { url } = await start(context)
    const failing = await submit(url, saveThenWork('5'))
    const early = await whenJob(url, failing.id, ({ outputs }) => outputs.length > 0)
    expect(early).toMatchObject({ status: 'running', outputs: [{ node_id: '4' }] })
    const picture = await fetch(early.outputs[0]?.url ?? '')
    expect(picture.headers.get('content-type')).toBe('image/png')
    const failed = await endOf(url, failing.id)
    expect(failed).toMatchObject({ status: 'failed', error: { node_id: '5' } })
    expect(failed.outputs.map(({ node_id }) => node_id)).toContain('4')

    const canceled = await submit(url, saveThenWork('2'))
    await whenJob(url, canceled.id, ({ nodes }) => nodes['2'] === 'running')
    await cancel(url, canceled.id)
    expect(await endOf(url, canceled.id)).toMatchObject({
      status: 'canceled',
      outputs: [{ node_id: '4' }],
    })
  })
})

describe.concurrent('an output that a host has no longer', () => {
  it('is taken from what is stored, or made once more', async (context) => {
    const { url, host, cluster } = await start(context)
    const workflow = slow({ steps: 2, seconds: 1 })
    const first = await endOf(url, (await submit(url, workflow)).id)
    expect(first.outputs_reused).toBe(false)
    await setFaults(host, { unservedFile: 'slow_00001_', unservedStatus: 404 })
    const second = await endOf(url, (await submit(url, workflow)).id)
    expect(second).toMatchObject({ status: 'succeeded', attempt: 1, outputs_reused: true })
    expect(second.outputs[0]?.hash).toBe(first.outputs[0]?.hash)

    // somebody else's, of which nothing is stored
    const theirs = slow({ steps: 2, seconds: 1 })
    await fetch(`${host.url}/prompt`, { method: 'POST', body: JSON.stringify({ prompt: theirs }) })
    await expect.poll(() => outcomesOf(cluster.simulators)).toHaveLength(3)
    await setFaults(host, { unservedFile: 'slow_00002_', unservedStatus: 404 })
    const third = await endOf(url, (await submit(url, theirs)).id)
    expect(third).toMatchObject({ status: 'succeeded', attempt: 2, outputs_reused: false })
  })
})

describe.concurrent('a picture that was only sent, and not heard', () => {
  it('is made once more, and its job fails when that is in vain', async (context) => {
    const { url, host, cluster } = await start(context)
    const sent = (color: number) => ({
      '1': {
        class_type: 'EmptyImage',
        inputs: { width: 32, height: 32, batch_size: 2, color },
      },
      '2': { class_type: 'SaveImageWebsocket', inputs: { images: ['1', 0] } },
    })
    const heard = await endOf(url, (await submit(url, sent(1))).id)
    expect(heard).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(heard.outputs).toHaveLength(2)
    await setFaults(host, { deaf: true })
    const unheard = await endOf(url, (await submit(url, sent(2))).id)
    expect(unheard).toMatchObject({
      status: 'failed',
      attempt: 2,
      error: { code: 'output_missing', node_id: '2' },
    })
    expect(await outcomesOf(cluster.simulators)).toEqual(['success', 'success', 'success'])
  })
})
