/** Recordings of real servers, for tests that hold something to them. */
export * from './read-recordings.ts'
export { type HttpLine, parseTrace, type Trace } from './replay/trace-format.ts'
