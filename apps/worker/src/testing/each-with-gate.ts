/** For each test a stack with a host, and a gate before that: what passes can be seen there, and held. */
import type { Simulator, SimulatorOptions } from '@safelight/simulator'
import { type Gate, openGate } from '@safelight/testkit'
import { afterEach, beforeEach } from 'vitest'
import { eachWithHost, type WorkerStack } from './stack.ts'

export function eachWithGate(
  take: (opened: { stack: WorkerStack; host: Simulator; gate: Gate }) => void,
  options: SimulatorOptions = {},
): void {
  let stack: WorkerStack
  let host: Simulator
  let gate: Gate | null = null
  // what is done after a test is done in reverse: first the stack is closed, which may wait for an answer
  afterEach(async () => {
    await gate?.close()
    gate = null
  })
  eachWithHost((opened) => ({ stack, host } = opened), options)
  beforeEach(async () => {
    gate = await openGate(host.url)
    take({ stack, host, gate })
  })
}
