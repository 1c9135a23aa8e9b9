/** A ComfyUI that needs no GPU. */
export type { SocketInfo } from './delivery/delivery.ts'
export { DIALECTS, type Dialect, isDialect } from './dialect.ts'
export type { Execution, ExecutionEvent } from './executor/execution-log.ts'
export type { FaultSwitches } from './faults/fault-switches.ts'
export type { Faults } from './faults/faults.ts'
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
