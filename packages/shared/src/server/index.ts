/** The server side of the contract: Redis, job store, queue, settings, logger, scope. */
export * from './job-store.ts'
export * from './keys.ts'
export * from './scope.ts'
