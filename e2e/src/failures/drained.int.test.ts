/** A host whose machine is to be shut down. What becomes of what one takes along is in the worker's lost-between.int.test.ts. */
import { createClient } from '@safelight/client'
import type { Simulator } from '@safelight/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endOf, getJob, submit, whenBegun, whenJob } from '../testing/client.ts'
import { whenHost } from '../testing/hosts.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import { brief } from '../testing/workflows.ts'

describe('a host is drained', () => {
  let stack: Stack
  let client: ReturnType<typeof createClient>
  let url: string
  beforeAll(async () => {
    stack = await openTestStack({ dialects: ['0.33.0', '0.33.0'] })
    url = stack.urls[0] ?? ''
    client = createClient({ baseUrl: url })
    for (const host of stack.simulators) await whenHost(url, idOf(host), isReady)
  })
  afterAll(async () => {
    client.close()
    await stack.close()
  })

  const idOf = ({ url: address }: Simulator) => new URL(address).host
  const isReady = ({ state }: { state: string }) => state === 'ready'
  const nothing = { running: [], staged: [], collecting: [] }

  it('runs what it has, next in line included, and is empty when all is fetched', async () => {
    const [host, other] = stack.simulators
    if (!host || !other) throw new Error('no host')
    await client.hosts.drain(idOf(other))
    host.faults.set({ held: true, unservedFile: '.png' })
    const submitBrief = async () => (await submit(url, brief())).id
    const [runs, next] = [await submitBrief(), await submitBrief()]
    await whenBegun(url, runs)
    await whenJob(url, next, ({ phase }) => phase === 'submitted')
    await whenHost(url, idOf(host), ({ running }) => running.length === 1)
    const there = { running: [runs], staged: [next], collecting: [] }
    expect(await client.hosts.drain(idOf(host))).toMatchObject(there)
    host.faults.set({ held: false })
    const isFetched = ({ collecting }: { collecting: string[] }) => collecting.length === 2
    expect(await whenHost(url, idOf(host), isFetched)).toMatchObject({ running: [], staged: [] })
    const waits = await submitBrief()
    host.faults.clear()
    const isEmpty = ({ collecting }: { collecting: string[] }) => collecting.length === 0
    expect(await whenHost(url, idOf(host), isEmpty)).toMatchObject(nothing)
    for (const id of [runs, next])
      expect(await getJob(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    await client.hosts.resume(idOf(other))
    expect(await endOf(url, waits)).toMatchObject({ status: 'succeeded', host_id: idOf(other) })
    expect(host.executions()).toHaveLength(2)
  })
})
