/** The default of a switch that has every case: a new case becomes a type error there. */

export function assertNever(value: never): never {
  throw new Error(`Not a case we know: ${JSON.stringify(value)}`)
}
