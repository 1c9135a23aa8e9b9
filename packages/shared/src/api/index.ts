/** The REST and SSE face, as schemas both sides share. */
export * from './asset-view.ts'
export * from './error-envelope.ts'
export * from './job-view.ts'
export * from './output-view.ts'
export * from './requests.ts'
export * from './sse-events.ts'
