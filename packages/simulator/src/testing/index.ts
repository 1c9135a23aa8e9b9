/** What the trace tools need to hold the simulator to recordings, and small workflows for whoever tests with it. */
export { traitsOf } from '../dialect.ts'
export * from '../record.ts'
export * from './graphs.ts'
