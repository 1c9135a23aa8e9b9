/** The one error for "the store cannot do this now". It names what was wrong, and neither place nor credentials. */

/** What foreign errors are called: a word such as `AccessDenied` or `ECONNREFUSED`. */
const WORD = /^\w{1,64}$/

export class BlobStoreFailed extends Error {
  readonly code = 'blob_store_failed'
  /** `AccessDenied`, `NoSuchBucket`, `ECONNREFUSED`, `TimeoutError`… */
  readonly reason: string

  /** @param deed what was to be done: `write`, `read`… */
  constructor(deed: string, cause: unknown) {
    const reason = reasonOf(cause)
    // foreign messages hold host names and ids of keys: they are left out, and so is the error itself
    super(`the blob store did not ${deed}: ${reason}`)
    this.name = 'BlobStoreFailed'
    this.reason = reason
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const said: unknown[] = [Reflect.get(error, 'code'), error.name]
  // a connection that was tried at several addresses
  if (error instanceof AggregateError)
    said.unshift(...error.errors.map((one) => Reflect.get(Object(one), 'code')))
  const word = said.find((name) => typeof name === 'string' && name !== 'Error' && WORD.test(name))
  return typeof word === 'string' ? word : 'unknown'
}
