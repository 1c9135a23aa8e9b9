/** What a worker holds of hosts that come and go under ever new names. */
import { randomUUID } from 'node:crypto'
import { createHostClient, createHostPool, toHostAddress } from '@safelight/comfyui'
import { createLogger, systemClock, tellNobody } from '@safelight/runtime'
import { createKeys, createQueues } from '@safelight/store'
import { openClient } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { createFleet } from '../hosts/fleet.ts'
import { createHost, type Host } from '../hosts/host.ts'
import { createListing } from '../hosts/listing.ts'
import { QUICK_TIMINGS } from '../testing/quick-timings.ts'
import { toWorkerTimings } from '../override-timings.ts'
import { driveHosts } from './drive-hosts.ts'
import { openHostTickets } from './host-tickets.ts'

const log = createLogger({ level: 'silent', name: 'test' })
const clock = systemClock
const timings = toWorkerTimings(QUICK_TIMINGS)

it('is nothing when they are gone, however many there were', async () => {
  const redis = await openClient('worker')
  const keys = createKeys(randomUUID())
  const queues = createQueues({ redis, keys })
  const pool = createHostPool()
  const told = { timings, clock, emit: tellNobody, log }
  const shared = { redis, keys, queues, name: 'worker-1', ...told }
  let hosts: Host[] = []
  const fleet = createFleet(() => hosts)
  const driven = await driveHosts({
    fleet,
    queues,
    open: ({ hostId, listing }) =>
      openHostTickets({
        ...shared,
        hostId,
        slots: listing.slots,
        work: () => async () => ({ ticket: 'spent' }),
      }),
    timings,
    clock,
    log,
  })
  onTestFinished(async () => {
    for (const host of hosts) host.close()
    await driven.close()
    await queues.close()
    await pool.close()
  })

  function list(hostId: string): Host {
    // nobody answers there
    const address = toHostAddress('http://127.0.0.1:9')
    const client = createHostClient(() => address, { pool })
    const listing = createListing({ hostId, address, labels: [], slots: 2 }, () => undefined)
    const own = { onChange: () => undefined, onStuck: () => undefined, onUnstuck: () => undefined }
    return createHost({ hostId, listing, client, timings, clock, emit: tellNobody, ...own })
  }
  const isHeld = (count: number) =>
    expect
      .poll(() => [queues.holds().count, driven.holds().count], { timeout: 20_000 })
      .toEqual([count, count])

  for (let round = 0; round < 10; round += 1) {
    for (const host of hosts) host.close()
    hosts = Array.from({ length: 5 }, (_, at) => list(`gpu-${round}-${at}`))
    fleet.changed()
    await isHeld(5)
  }
  // one that comes back at once is driven on
  const [back] = hosts
  for (const host of hosts) host.close()
  hosts = []
  fleet.changed()
  hosts = [list(back?.hostId ?? '')]
  fleet.changed()
  await isHeld(1)
  const hand = driven.openHand(back?.hostId ?? '')
  expect(hand).not.toBeNull()
  hand?.drop()
})
