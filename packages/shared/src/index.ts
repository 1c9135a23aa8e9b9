/** The contract: schemas, events, the reducer and the error codes. Isomorphic (zod only). */
export * from './api/index.ts'
export * from './deadline.ts'
export * from './assert-never.ts'
export * from './error-codes.ts'
export * from './events.ts'
export * from './exact-json.ts'
export * from './file-inputs.ts'
export * from './foreign-names.ts'
export * from './foreign-text.ts'
export * from './graph-shape.ts'
export * from './host-state.ts'
export * from './host-state-schema.ts'
export * from './limits.ts'
export * from './job-error.ts'
export {
  type JsonPath,
  longestNumberBeyond,
  membersOf,
  replaceAt,
  replaceTexts,
  textAt,
  withoutConstants,
} from './json-text.ts'
export * from './node-state.ts'
export * from './output.ts'
export * from './progress.ts'
export * from './reduce-job.ts'
export * from './snapshot.ts'
export * from './socket-events.ts'
export * from './status.ts'
export * from './status-schema.ts'
export * from './workflow.ts'
