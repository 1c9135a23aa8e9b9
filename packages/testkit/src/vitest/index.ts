/** What only works inside a running test: what it opens is closed when the test ends. */
export * from './arbitrary-events.ts'
export * from './redis-proxy.ts'
export * from './test-store.ts'
export * from './connect-browser.ts'
export * from './red.ts'
export { takeNamespace } from './take-namespace.ts'
export * from './test-bed.ts'
export * from './test-cluster.ts'
