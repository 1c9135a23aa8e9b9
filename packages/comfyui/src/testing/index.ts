/** A fake host and a prompt session under observation, for the tests of this package and of the trace tools. */
export * from './huge-error.ts'
export * from './session.ts'
export * from './with-host.ts'
