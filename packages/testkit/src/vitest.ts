/** What only works inside a running test: what it opens is closed when the test ends. */
export * from './builders/arbitrary-events.ts'
export * from './store/door.ts'
export * from './store/test-store.ts'
