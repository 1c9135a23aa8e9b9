/** What others hear of a host, and when. */
import { randomUUID } from 'node:crypto'
import { createHostClient, createHostPool, toHostAddress } from '@safelight/comfyui'
import { createLogger, systemClock as clock, tellNobody } from '@safelight/runtime'
import { startSimulator } from '@safelight/simulator'
import { createHostFiles, createHostRegistry, createKeys } from '@safelight/store'
import { openClient } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { QUICK_TIMINGS } from '../testing/quick-timings.ts'
import { until } from '../testing/stack.ts'
import { toWorkerTimings } from '../override-timings.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import { createHost, type Host } from './host.ts'
import { createListing } from './listing.ts'

const timings = toWorkerTimings(QUICK_TIMINGS)

it('is not called ready before it is on record what it can run: jobs would be refused for that', async () => {
  const simulator = await startSimulator()
  const redis = await openClient('worker')
  const keys = createKeys(randomUUID())
  const real = createHostRegistry({ redis, keys })
  let saves = () => {}
  const saving = new Promise<void>((resolve) => (saves = resolve))
  let goOn = () => {}
  const held = new Promise<void>((resolve) => (goOn = resolve))
  const registry: typeof real = {
    ...real,
    // a long text, and a slow way
    async saveNodeClasses(...asked) {
      saves()
      await held
      return real.saveNodeClasses(...asked)
    },
  }
  const pool = createHostPool()
  const address = toHostAddress(simulator.url)
  const hostId = 'gpu-1'
  const hosts: Host[] = []
  const told: { heartbeat: Heartbeat | null } = { heartbeat: null }
  const host = createHost({
    hostId,
    listing: createListing({ hostId, address, labels: [], slots: 2 }, () => undefined),
    client: createHostClient(() => address, { pool }),
    timings,
    clock,
    emit: tellNobody,
    onChange: (changed) => told.heartbeat?.beat(changed),
    onStuck: () => undefined,
    onUnstuck: () => undefined,
  })
  hosts.push(host)
  const heartbeat = startHeartbeat({
    hosts: () => hosts,
    registry,
    files: createHostFiles({ redis, keys }),
    workerId: 'w-1',
    limits: { ownerLimit: null },
    stopping: new AbortController().signal,
    timings,
    clock,
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  told.heartbeat = heartbeat
  onTestFinished(async () => {
    host.close()
    await heartbeat.close()
    await pool.close()
    await simulator.close()
  })

  const state = async () => (await real.list()).find(({ id }) => id === hostId)?.state
  await saving
  expect(await state()).not.toBe('ready')
  goOn()
  await until(async () => (await state()) === 'ready')
  expect(Object.keys((await real.nodeClasses()).get(hostId) ?? {})).not.toEqual([])
})
