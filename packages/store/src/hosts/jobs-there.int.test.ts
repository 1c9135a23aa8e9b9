/** Whoever is told that a host has nothing of ours may unplug it. */
import { newHostReport, status, until } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { createHostRegistry } from '../host-registry.ts'
import { openBacklog } from '../testing/open-backlog.ts'
import type { HostReport } from './host-report.ts'
import { createJobsThere } from './jobs-there.ts'

async function open() {
  const test = await openBacklog()
  const { backlog, store, accept } = test
  const registry = createHostRegistry(test)
  const jobsThere = createJobsThere(test)
  const report = (over: Partial<HostReport>) =>
    registry.report(newHostReport(Date.now(), { hostId: 'gpu', ...over }))
  const dispatched = async (hostId = 'gpu') => {
    const jobId = await accept()
    await backlog.dispatch({ jobId, hostId, slots: 9, ownerLimit: null, overtaken: [] })
    // whoever comes next comes later by the clock
    const at = Date.now()
    await until(() => Date.now() > at)
    return jobId
  }
  /** Ran there, and is carried away by workers of another when one is named. */
  const collect = async (jobId: string, by?: string) => {
    const token = (await store.claim(jobId))?.token ?? 0
    const attempt = { attempt: 1, hostId: 'gpu', promptId: 'p', hostUrl: null, failures: [] }
    await store.saveAttempt(jobId, token, { ...attempt, unreachableSince: null })
    await backlog.toCollect(jobId, token, by)
  }
  /** Host → what it has. */
  const look = async () => {
    const hosts = await jobsThere(await registry.list())
    return Object.fromEntries(
      hosts.map(({ id, running, staged, collecting }) => [id, { running, staged, collecting }]),
    )
  }
  return { ...test, report, dispatched, collect, look }
}

const NOTHING = { running: [], staged: [], collecting: [] }

it('has what was dispatched there before any worker reports it, in the order of dispatch', async () => {
  const { report, dispatched, look } = await open()
  await report({})
  await report({ hostId: 'other' })
  expect(await look()).toEqual({ gpu: NOTHING, other: NOTHING })
  const [one, two, three] = [await dispatched(), await dispatched(), await dispatched('other')]
  expect(await look()).toEqual({
    gpu: { ...NOTHING, staged: [one, two] },
    other: { ...NOTHING, staged: [three] },
  })
  await report({ running: [one] })
  expect((await look())['gpu']).toEqual({ ...NOTHING, running: [one], staged: [two] })
})

it('has a job until its outputs are carried away, and not a moment longer, whatever is reported', async () => {
  const { report, dispatched, collect, store, backlog, look } = await open()
  const [ends, goes] = [await dispatched(), await dispatched()]
  await report({ running: [ends], staged: [goes] })
  await collect(ends)
  expect(await look()).toEqual({ gpu: { running: [], staged: [goes], collecting: [ends] } })
  await backlog.putBack(goes, { token: null })
  expect(await look()).toEqual({ gpu: { ...NOTHING, collecting: [ends] } })
  await store.append(ends, () => status('running'))
  expect(await look()).toEqual({ gpu: { ...NOTHING, collecting: [ends] } })
  await store.append(ends, () => status('succeeded'))
  expect(await look()).toEqual({ gpu: NOTHING })
})

it('has what is fetched from there by workers of another host, since nobody drives it any more', async () => {
  const { report, dispatched, collect, look } = await open()
  await report({ left: true })
  await report({ hostId: 'other' })
  const jobId = await dispatched()
  await collect(jobId, 'other')
  expect(await look()).toEqual({ gpu: { ...NOTHING, collecting: [jobId] }, other: NOTHING })
})

it('has what workers say of a job that the records have lost', async () => {
  const { report, dispatched, redis, keys, look } = await open()
  const [runs, waits] = [await dispatched(), await dispatched()]
  await report({ running: [runs], staged: [waits] })
  await redis.del(keys.dispatched('gpu'))
  expect(await look()).toEqual({ gpu: { running: [runs], staged: [waits], collecting: [] } })
})
