/** A simulator for the length of one test. */
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator.ts'
import { createVisitor, type Visitor } from './visitor.ts'

export async function withSimulator(
  options: SimulatorOptions,
  use: (visitor: Visitor, simulator: Simulator) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({ speed: Infinity, ...options })
  try {
    await use(createVisitor(simulator.url), simulator)
  } finally {
    await simulator.close()
  }
}

export function isRunning(simulator: Simulator): boolean {
  return simulator.executions().some(({ outcome }) => outcome === 'running')
}
