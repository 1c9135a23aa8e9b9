/** The end of an exhaustive switch: a case nobody thought of does not compile. */

/** @throws when a value came in past the types all the same */
export function assertNever(value: never): never {
  throw new Error(`a case nobody thought of: ${JSON.stringify(value)}`)
}
