/** How often a host is asked for all its classes: newer ones search their disks for the answer. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHostClient } from '@safelight/comfyui'
import { systemClock } from '@safelight/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Probing, type ProbingOptions, startProbing } from './probing.ts'

const TIMINGS = {
  probeEveryMs: 2,
  classesEveryMs: 60_000,
  classesAtLeastMs: 60_000,
  filesEveryMs: 60_000,
  filesAtLeastMs: 60_000,
  hostBackOffMs: 2,
  hostBackOffAtMostMs: 10,
}
const asked = { stats: 0, classes: 0 }
let version = '0.45.0'
let probing: Probing | null = null
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  if (request.url === '/system_stats') {
    asked.stats += 1
    return void response.end(JSON.stringify({ system: { comfyui_version: version }, devices: [] }))
  }
  if (request.url === '/object_info') {
    asked.classes += 1
    return void response.end(
      '{"A":{"output_node":true,"output":[],"input":{"optional":{"image":[[]]}}}}',
    )
  }
  response.end('{"exec_info":{"queue_remaining":0}}')
})

beforeEach(async () => {
  Object.assign(asked, { stats: 0, classes: 0 })
  version = '0.45.0'
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  probing?.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function probe(options: Partial<ProbingOptions> = {}): Probing {
  // a TCP server's address is an object
  const { port } = server.address() as AddressInfo
  return startProbing({
    client: createHostClient(`http://127.0.0.1:${port}`),
    timings: TIMINGS,
    clock: systemClock,
    isNew: () => false,
    isStuck: () => false,
    onAsk: () => {},
    onAnswer: () => {},
    onMiss: () => {},
    onFiles: () => {},
    ...options,
  })
}

/** After so many probes more. */
const probed = (more: number) => {
  const until = asked.stats + more
  return expect.poll(() => asked.stats, { interval: 5 }).toBeGreaterThanOrEqual(until)
}

it('asks once for as long as the host is there, however often it is probed', async () => {
  probing = probe()
  await probed(20)
  expect(asked.classes).toBe(1)
  // what is only optional is not required
  expect(probing.known.nodeClasses).toMatchObject({ A: { output: true, outputs: 0, required: [] } })
})

it('asks again when the host comes back as another version, and when it was away', async () => {
  let wasAway = false
  // until it has answered
  probing = probe({ isNew: () => wasAway && asked.classes < 3 })
  await probed(5)
  version = '0.46.0'
  await probed(5)
  expect(asked.classes).toBe(2)
  wasAway = true
  await probed(5)
  expect(asked.classes).toBe(3)
})

it('asks a host that loses one job after the other no more than once in a while', async () => {
  probing = probe({ isNew: () => 'perhaps' })
  await probed(20)
  expect(asked.classes).toBe(1)
})

it('asks such a host in the end, though it has lost no job since', async () => {
  let lostJobs = 0
  probing = probe({
    timings: { ...TIMINGS, classesAtLeastMs: 40 },
    isNew: () => lostJobs++ === 3 && 'perhaps',
  })
  await expect.poll(() => asked.classes).toBe(2)
  await probed(20)
  expect(asked.classes).toBe(2)
})

it('asks again after a long time, in case a restart was not noticed', async () => {
  probing = probe({ timings: { ...TIMINGS, classesEveryMs: 20 } })
  await expect.poll(() => asked.classes).toBeGreaterThan(1)
})
