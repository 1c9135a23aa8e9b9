/** What the trace tools need to hold the simulator to recordings. */
export { traitsOf } from '../dialect.ts'
export * from '../record.ts'
