/** A stack, and for each test a client of its own that reaches it over a wire the test can cut. */
import { type Client, createClient, type JobUpdate } from '@safelight/client'
import type { Simulator } from '@safelight/simulator'
import { openWire, type Wire } from '@safelight/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Stack } from './stack.ts'
import { openTestStack } from './test-stack.ts'

/** Call at the top of a test file; what it returns is there once a test runs. */
export function useWiredClient(speed: number) {
  let stack: Stack
  // filled before the first test, and for each one anew
  const now = {} as { url: string; host: Simulator; wire: Wire; client: Client }
  beforeAll(async () => {
    stack = await openTestStack({ speed })
    const [host] = stack.simulators
    if (!host) throw new Error('no host')
    now.host = host
    now.url = stack.urls[0] ?? ''
  })
  afterAll(() => stack.close())
  beforeEach(async () => {
    now.wire = await openWire(now.url)
    now.client = createClient({ baseUrl: now.wire.url })
  })
  afterEach(async () => {
    now.host.faults.clear()
    now.client.close()
    await now.wire.close()
  })
  return now
}

/** Every event once, in order; a bar and a position that never fall. */
export function expectTruth(heard: readonly JobUpdate[]): void {
  const values = heard.map(({ snapshot }) => snapshot.progress?.value ?? 0)
  expect(values).toEqual(values.toSorted((a, b) => a - b))
  const seqs = heard.map(({ snapshot }) => snapshot.seq)
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  const events = heard.flatMap(({ event }) => event?.seq ?? [])
  expect(events).toEqual(events.map((_, at) => (events[0] ?? 0) + at))
}
