/** Which of the prompts that a host says it has are not ours: between two of its answers ours come and go. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHostClient } from '@safelight/comfyui'
import { systemClock, tellNobody } from '@safelight/runtime'
import { expect, it, onTestFinished } from 'vitest'
import { DEFAULT_WORKER_TIMINGS } from '../timings.ts'
import { createHost } from './host.ts'
import { hostSchema, toHostValue } from './host-value.ts'
import { createListing } from './listing.ts'

/** A host with so many prompts, that is asked when a test says so. */
async function openHost() {
  const said = { prompts: 0, beforeAnswer: () => {} }
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/system_stats')
      return void response.end('{"system":{"comfyui_version":"0.45.0"},"devices":[]}')
    if (request.url === '/object_info') return void response.end('{}')
    const { prompts } = said
    said.beforeAnswer()
    response.end(JSON.stringify({ exec_info: { queue_remaining: prompts } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a TCP server's address is an object
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const host = createHost({
    hostId: 'gpu',
    listing: createListing(toHostValue(hostSchema.parse({ url }), 2), () => {}),
    client: createHostClient(url),
    timings: { ...DEFAULT_WORKER_TIMINGS, probeEveryMs: 600_000 },
    clock: systemClock,
    emit: tellNobody,
    onChange() {},
    onStuck() {},
    onUnstuck() {},
  })
  onTestFinished(async () => {
    host.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    host,
    ask: async (prompts: number, beforeAnswer = () => {}) => {
      const before = host.state.seenAt
      Object.assign(said, { prompts, beforeAnswer })
      host.askAnew()
      await expect.poll(() => host.state.seenAt).not.toBe(before)
    },
  }
}

it('is ready as soon as our last prompt is over, whenever it was asked', async () => {
  const { host, ask } = await openHost()
  host.setTakenSlots(2)
  await ask(2)
  expect(host.condition.state).toBe('busy')
  host.setTakenSlots(1)
  expect(host.condition.state).toBe('busy')
  host.setTakenSlots(0)
  expect(host.condition.state).toBe('ready')
})

it('is ready though our prompt was over between its answer and our hearing it', async () => {
  const { host, ask } = await openHost()
  host.setTakenSlots(1)
  await ask(1, () => host.setTakenSlots(0))
  expect(host.condition.state).toBe('ready')
})

it('is busy with the prompts of others, until they are gone', async () => {
  const { host, ask } = await openHost()
  host.setTakenSlots(1)
  await ask(2)
  host.setTakenSlots(0)
  expect(host.condition.state).toBe('busy')
  await ask(0)
  expect(host.condition.state).toBe('ready')
})
