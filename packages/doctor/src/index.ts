/** What could be wrong with a deployment: checks, each bounded in time, and a line for what each has found. */
export * from './check.ts'
export * from './checks/node.ts'
export * from './checks/port.ts'
export * from './checks/redis.ts'
export * from './checks/settings.ts'
export * from './checks/store.ts'
export * from './run-doctor.ts'
