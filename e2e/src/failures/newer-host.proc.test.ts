/** What only newer hosts do when something fails, as it was read and not recorded. */
import type { ClusterOptions } from '@safelight/testkit'
import { describe, expect, it, type TestContext } from 'vitest'
import { endOf, submit } from '../testing/client.ts'
import { outcomesOf } from '../testing/hosts.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

type HostFaults = NonNullable<NonNullable<ClusterOptions['hosts']>[number]['faults']>

async function start(context: TestContext, faults: HostFaults) {
  const hosts = [{ dialect: '0.45' as const, faults }]
  const cluster = await openClusterHere({ speed: 20, hosts }, context)
  return { cluster, url: cluster.url }
}

/** Saves one picture, and fails before it can save the other. */
const half = () => ({
  ...slow({ steps: 2 }),
  '5': { class_type: 'TraceRaise', inputs: { image: ['1', 0], kind: 'value_error' } },
  '6': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'never' } },
})

describe.concurrent('a node fails and its host goes on with the rest', () => {
  it('fails the job, which keeps what was made, unless a part is enough', async (context) => {
    const { url } = await start(context, { partialSuccess: true })
    const made = {
      attempt: 1,
      outputs: [{ node_id: '3' }],
      nodes: { '3': 'done', '5': 'failed', '6': 'blocked' },
      warnings: [
        { code: 'node_failed', node_id: '5' },
        { code: 'node_blocked', node_id: '6' },
      ],
    }
    const whole = await submit(url, half())
    expect(await endOf(url, whole.id)).toMatchObject({
      ...made,
      status: 'failed',
      error: { code: 'node_execution_error', node_id: '5' },
    })
    const part = await submit(url, half(), { allow_partial_results: true })
    expect(await endOf(url, part.id)).toMatchObject({ ...made, status: 'succeeded', error: null })
  })
})

describe.concurrent('a host that breaks off a prompt without a word', () => {
  it('is asked again, and the job succeeds', async (context) => {
    const { url, cluster } = await start(context, { promptCrashes: true })
    const { id } = await submit(url, slow({ steps: 2 }))
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 2, error: null })
    expect((await outcomesOf(cluster.simulators)).filter((one) => one === 'success')).toHaveLength(
      1,
    )
  })
})
