/** What a worker tells of its hosts, of prompts that nobody follows, and of its Redis. */
import type { Simulator } from '@safelight/simulator'
import { openRedisProxy } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { hostIdOf } from '../hosts/host-id.ts'
import { slow, txt2img } from '../testing/graphs.ts'
import { hearWorker } from '../testing/hear.ts'
import { eachWithHost, until, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

const lasting = (color: number) => slow({ color, steps: 2_000, seconds: 1 })
const idOf = ({ url }: Simulator) => hostIdOf(new URL(url))

it('tells of a host as it comes, loads, changes and leaves', async () => {
  const { events, all, of } = hearWorker()
  const { path, list } = stack.hostsFile
  const [hostId, spareId] = [idOf(host), idOf(await stack.startHost())]
  const url = host.url
  await list({ url, slots: 1 })
  await stack.startWorker([], { events, env: { SAFELIGHT_HOSTS_FILE: path } })
  expect(of('host:listed')).toEqual([{ hostId, slots: 1, labels: [] }])
  for (const seed of [1, 2]) await stack.end(await stack.submit(txt2img({ seed })))
  // the second job found its model there
  expect(of('host:loads')).toEqual([{ hostId, models: 1 }])
  expect(of('job:dispatched').map(({ models }) => models)).toEqual(['none', 'none'])
  await list({ url, slots: 3, labels: ['big'] })
  await expect
    .poll(() => of('host:listed-otherwise'))
    .toMatchObject([{ hostId, slots: 3, labels: ['big'], newCredentials: false }])
  await list({ url: stack.simulators[1]?.url ?? '' })
  await expect.poll(() => of('host:left')).toEqual([{ hostId }])
  expect(of('host:delisted')).toEqual([{ hostId, busy: false }])
  await expect.poll(() => of('host:listed').at(-1)?.hostId).toBe(spareId)
  const states = of('host:condition').filter((body) => body.hostId === hostId)
  expect(states[0]).toMatchObject({ from: 'starting', to: 'ready', reason: 'idle' })
  // each goes on from where the one before has come to
  expect(states.slice(1).map(({ from }) => from)).toEqual(states.slice(0, -1).map(({ to }) => to))
  expect(all[0]?.[0]).toBe('host:listed')
})

it('tells of a host that is lost, of the job that waits for it, and of the prompt left there', async () => {
  const { events, of, storyOf } = hearWorker()
  const port = Number(new URL(host.url).port)
  const env = { HOST_TIMEOUT: '1s', ADOPT_WAIT: '1s', MAX_HOST_LOSSES: '1' }
  const first = await stack.startWorker([host.url], { env: { ...env, DRAIN_TIMEOUT: '1ms' } })
  const jobId = await stack.submit(lasting(1))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await first.close()
  await host.close()
  await stack.startWorker([host.url], { events, env })
  expect(await stack.end(jobId)).toMatchObject({ status: 'failed' })
  await expect.poll(() => storyOf(jobId).at(-1)).toMatch(/^attempt:failed/)
  const story = storyOf(jobId).filter((line) => line !== 'job:claimed adopt')
  expect(story).toEqual([
    'job:waits-for-host',
    'orphan:ended out_of_reach',
    'job:ended running failed host_unavailable',
    'attempt:failed host_unavailable fail',
  ])
  expect(of('host:condition')).toMatchObject([{ to: 'offline', reason: 'unreachable' }])
  // it comes back, with nothing of what was there
  host = await stack.startHost({ port })
  await expect.poll(() => of('orphan:ended').at(-1)).toMatchObject({ jobId: null, end: 'canceled' })
})

it('tells of a job whose worker was lost, and of a Redis that goes and comes', async () => {
  const { events, of, storyOf } = hearWorker()
  const proxy = await openRedisProxy()
  const cut = hearWorker()
  const env = { REDIS_URL: proxy.url }
  await stack.startWorker([host.url], { events: cut.events, env })
  const jobId = await stack.submit(lasting(1))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  proxy.refuse()
  const roles = (name: 'redis:away' | 'redis:back') =>
    cut
      .of(name)
      .map(({ role }) => role)
      .toSorted()
  await expect.poll(() => roles('redis:away')).toEqual(['subscriber', 'worker'])
  await stack.startWorker([host.url], { events })
  await until(() => (of('attempt:adopted').length > 0 ? true : null))
  expect(of('job:lost-its-worker')).toMatchObject([
    { jobId, hostId: idOf(host), stage: 'execute', ticket: `${jobId}.1` },
  ])
  expect(storyOf(jobId).slice(0, 2)).toEqual(['job:lost-its-worker', 'job:claimed adopt'])
  proxy.restore()
  await expect.poll(() => roles('redis:back')).toEqual(['subscriber', 'worker'])
  // the one before has nothing more to say but that it has let go
  await expect.poll(() => cut.storyOf(jobId).at(-1)).toBe('attempt:ended claim_lost')
  await stack.cancel(jobId)
  await stack.end(jobId)
})
