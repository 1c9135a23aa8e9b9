/** A hosts file that changes under a running worker. */
import { rm, writeFile } from 'node:fs/promises'
import type { Simulator } from '@safelight/simulator'
import { createLogger } from '@safelight/runtime'
import type { HostsFile } from '@safelight/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TimingOverrides } from '../override-timings.ts'
import { slow } from '../testing/graphs.ts'
import { type WorkerStack, startWorkerStack, until } from '../testing/stack.ts'

let stack: WorkerStack
let one: Simulator
let other: Simulator
let lines: string[]
beforeEach(async () => {
  stack = await startWorkerStack({ reconcileMs: 500 })
  one = await stack.startHost()
  other = await stack.startHost()
  lines = []
})
afterEach(() => stack.close())

const list: HostsFile['list'] = (...hosts) => stack.hostsFile.list(...hosts)
const asOne = (more = {}) => ({ name: 'one', url: one.url, ...more })
const asOther = (more = {}) => ({ name: 'other', url: other.url, ...more })

async function start(env: Record<string, string> = {}, timings: TimingOverrides = {}) {
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ level: 'info', name: 'worker', destination })
  const named = { WORKER_NAME: 'w-1', SAFELIGHT_HOSTS_FILE: stack.hostsFile.path, ...env }
  return stack.startWorker([], { env: named, timings, log })
}

const find = async (id: string) => (await stack.hosts.list()).find((host) => host.id === id)
const when = (id: string, state: string) =>
  until(
    async () => {
      const host = await find(id)
      return host?.state === state ? host : null
    },
    { what: `${id} is ${state}` },
  )
const whenLeft = (id: string) =>
  until(async () => ((await stack.reports(id)).every(({ left }) => left) ? true : null), {
    what: `${id} has left`,
  })
const linesOf = (message: string) => lines.filter((line) => line.includes(message))

const short = (color: number) => slow({ color, steps: 2, seconds: 0.01 })

/** A job that runs on the host and makes no step until the host is let go. */
async function beginHeld(host: Simulator): Promise<string> {
  host.faults.set({ held: true })
  const jobId = await stack.submit(short(1))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  return jobId
}

it('takes on hosts and lets them go as the file says, without a restart', async () => {
  await list(asOne({ labels: ['sdxl'] }))
  await start()
  expect(await when('one', 'ready')).toMatchObject({ labels: ['sdxl'], slots: 2 })
  expect(await stack.end(await stack.submit(short(1)))).toMatchObject({ hostId: 'one' })

  await list(asOne(), asOther({ slots: 3 }))
  expect(await when('other', 'ready')).toMatchObject({ labels: [], slots: 3 })
  expect(linesOf('read again').at(-1)).toContain(
    '"changes":["one: labels [sdxl] → []","other: new []"]',
  )

  await list(asOther())
  await whenLeft('one')
  expect(linesOf('read again').at(-1)).toContain('"changes":["one: gone","other: slots 3 → 2"]')
  expect(await when('one', 'offline')).toMatchObject({ reason: { code: 'no_worker' } })
  for (const color of [2, 3, 4]) {
    const end = await stack.end(await stack.submit(short(color)))
    expect(end).toMatchObject({ status: 'succeeded', hostId: 'other' })
  }

  await list(asOne(), asOther())
  await when('one', 'ready')
})

it('waits for its first host when the list has none', async () => {
  await list()
  await start()
  const job = await stack.submit(short(1))
  await list(asOne())
  expect(await stack.end(job)).toMatchObject({ status: 'succeeded', hostId: 'one' })
  await list()
  await whenLeft('one')
})

it('changes labels and slots of a host that works', async () => {
  await list(asOne({ slots: 1 }))
  await start()
  await when('one', 'ready')
  const jobs = [await beginHeld(one), await stack.submit(short(2))]
  expect((await find('one'))?.staged).toEqual([])
  await list(asOne({ slots: 2, labels: ['b', 'a'] }))
  const staged = until(async () => {
    const host = await find('one')
    return host && host.staged.length > 0 ? host : null
  })
  expect(await staged).toMatchObject({ slots: 2, labels: ['a', 'b'] })
  one.faults.set({ held: false })
  for (const job of jobs) expect(await stack.end(job)).toMatchObject({ attempt: 1 })
})

it('finishes what runs on a host that is on the list no more, and gives it nothing new', async () => {
  await list(asOne())
  await start()
  await when('one', 'ready')
  const first = await beginHeld(one)
  await list(asOther())
  await when('other', 'ready')
  const second = await stack.submit(short(2))
  expect(await stack.end(second)).toMatchObject({ status: 'succeeded', hostId: 'other' })
  expect((await stack.reports('one')).map(({ left }) => left)).toEqual([false])

  one.faults.set({ held: false })
  expect(await stack.end(first)).toMatchObject({
    status: 'succeeded',
    hostId: 'one',
    attempt: 1,
  })
  await whenLeft('one')
  expect(one.executions()).toHaveLength(1)
})

it('drives no server under two names: one that is renamed leaves first', async () => {
  await list(asOne())
  await start()
  await when('one', 'ready')
  const job = await beginHeld(one)
  await list(asOne({ name: 'renamed' }), asOther())
  await when('other', 'ready')
  expect(await find('renamed')).toBeUndefined()
  one.faults.set({ held: false })
  expect(await stack.end(job)).toMatchObject({ hostId: 'one', attempt: 1 })
  await when('renamed', 'ready')
  await whenLeft('one')
})

it('hands back what takes longer than the drain time, to a worker that has the host', async () => {
  await list(asOne())
  const mine = `${stack.hostsFile.path}.mine`
  await writeFile(mine, JSON.stringify({ hosts: [asOne()] }))
  await start({ DRAIN_TIMEOUT: '200ms', SAFELIGHT_HOSTS_FILE: mine })
  await when('one', 'ready')
  const job = await beginHeld(one)
  await start({ WORKER_NAME: 'w-2' })
  await writeFile(mine, JSON.stringify({ hosts: [asOther()] }))
  await when('other', 'ready')
  await until(() => linesOf('host has left').length > 0)
  one.faults.set({ held: false })
  expect(await stack.end(job)).toMatchObject({ status: 'succeeded', hostId: 'one', attempt: 1 })
  expect(one.executions()).toHaveLength(1)
  expect(linesOf('host has left')).toHaveLength(1)
})

it('does a job elsewhere that was handed back when nobody has its host any more', async () => {
  await list(asOne())
  await start({ DRAIN_TIMEOUT: '200ms', ADOPT_WAIT: '300ms' })
  await when('one', 'ready')
  const job = await beginHeld(one)
  await list(asOther())
  await whenLeft('one')
  expect(await stack.end(job)).toMatchObject({ status: 'succeeded', hostId: 'other', attempt: 2 })
  expect(one.executions().map(({ outcome }) => outcome)).toEqual(['interrupted'])
})

it('stays as it is while the file cannot be used, and says so once', async () => {
  await list(asOne())
  await start()
  await when('one', 'ready')
  await writeFile(stack.hostsFile.path, 'hosts:\n  - url: "http://me:hidden@')
  await expect.poll(() => linesOf('hosts file cannot be used').length).toBe(1)
  await rm(stack.hostsFile.path)
  await expect.poll(() => linesOf('hosts file cannot be used').length).toBe(2)
  expect(lines.join('\n')).not.toContain('hidden')
  expect(await stack.end(await stack.submit(short(1)))).toMatchObject({ status: 'succeeded' })

  await list(asOther())
  await when('other', 'ready')
  expect(linesOf('hosts file cannot be used')).toHaveLength(2)
})

it('goes on with a job under new credentials', async () => {
  one.faults.set({ demandsAuthorization: 'Bearer a' })
  await list(asOne({ headers: { authorization: 'Bearer a' } }))
  await start()
  await when('one', 'ready')
  const job = await beginHeld(one)
  one.faults.set({ demandsAuthorization: 'Bearer b' })
  expect(await when('one', 'offline')).toMatchObject({ reason: { code: 'unauthorized' } })

  await list(asOne({ headers: { authorization: 'Bearer b' } }))
  await when('one', 'busy')
  one.faults.set({ held: false })
  expect(await stack.end(job)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(one.executions()).toHaveLength(1)
})

it('takes a job elsewhere whose host does not accept our credentials any more', async () => {
  other.faults.set({ demandsAuthorization: 'Bearer a', deniedStatus: 302 })
  await list(asOther({ headers: { authorization: 'Bearer a' } }))
  await start({}, { session: { unreachableMs: 1_000, pollMs: 50 } })
  await when('other', 'ready')
  const job = await beginHeld(other)
  await list(asOne(), asOther({ headers: { authorization: 'Bearer a' } }))
  await when('one', 'ready')
  other.faults.set({ demandsAuthorization: 'Bearer b' })
  expect(await stack.end(job)).toMatchObject({
    status: 'succeeded',
    hostId: 'one',
    attempt: 2,
  })
  // not before: a host that has just lost a job rests
  await until(async () => (await find('other'))?.reason.code === 'unauthorized')
})
