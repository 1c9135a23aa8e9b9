/** A ComfyUI that needs no GPU. */
export { DIALECTS, type Dialect, RECORDED_DIALECTS, type RecordedDialect } from './dialect.ts'
export { type Faults, NO_FAULTS } from './faults/faults.ts'
export type { ModelMemory } from './nodes/loaded-models.ts'
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
