/** A scope closes what was opened in it, in reverse order, whatever fails on the way. */

export interface Closable {
  close(): Promise<void> | void
}

export interface Scope {
  /** Hands the resource back and closes it with the scope. */
  use<T extends Closable>(resource: T): T
  /** Runs with the scope's end. */
  defer(release: () => Promise<void> | void): void
  /** Runs every release, last opened first, even when some fail. Closing twice is one closing. */
  close(): Promise<void>
}

/** @param name shown in the error when something could not be closed */
export function createScope(name = 'scope'): Scope {
  const releases: (() => Promise<void> | void)[] = []
  let closing: Promise<void> | undefined

  const scope: Scope = {
    use(resource) {
      scope.defer(() => resource.close())
      return resource
    },
    defer(release) {
      // nobody would ever run it: failing here names the mistake where it was made
      if (closing) throw new Error(`${name} is closed already`)
      releases.push(release)
    },
    close() {
      closing ??= releaseAll(name, releases)
      return closing
    },
  }
  return withAsyncDispose(scope)
}

async function releaseAll(name: string, releases: (() => Promise<void> | void)[]): Promise<void> {
  const failures: unknown[] = []
  for (const release of releases.splice(0).reverse()) {
    try {
      await release()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) {
    throw new AggregateError(failures, `${name}: ${failures.length} could not be closed`)
  }
}

/** `await using` works where the runtime knows it. */
function withAsyncDispose(scope: Scope): Scope {
  // the symbol is missing from the ES2023 types, and from some runtimes
  const symbol: unknown = Reflect.get(Symbol, 'asyncDispose')
  if (typeof symbol === 'symbol') {
    Object.defineProperty(scope, symbol, { value: () => scope.close() })
  }
  return scope
}
