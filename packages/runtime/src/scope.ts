/** A scope closes what was opened in it, in reverse order, whatever fails on the way. */

export interface Closable {
  close(): Promise<void> | void
}

export interface Scope {
  /** Hands the resource back and closes it with the scope. */
  use<T extends Closable>(resource: T): T
  /** Runs with the scope's end. @param withinMs its own limit, in place of the scope's; Infinity for none */
  defer(release: () => Promise<void> | void, withinMs?: number): void
  /** Runs every release, last opened first, even when some fail. Closing twice is one closing. */
  close(): Promise<void>
}

interface Release {
  act: () => Promise<void> | void
  withinMs: number
}

/** Timers count in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * @param name shown in the error when something could not be closed
 * @param releaseMs how long each release may take before the next one runs; for ever unless told
 */
export function createScope(name = 'scope', releaseMs = Infinity): Scope {
  const releases: Release[] = []
  let closing: Promise<void> | undefined

  const scope: Scope = {
    use(resource) {
      scope.defer(() => resource.close())
      return resource
    },
    defer(act, withinMs = releaseMs) {
      // nobody would ever run it: failing here names the mistake where it was made
      if (closing) throw new Error(`${name} is closed already`)
      releases.push({ act, withinMs })
    },
    close() {
      closing ??= releaseAll(name, releases)
      return closing
    },
  }
  return withAsyncDispose(scope)
}

async function releaseAll(name: string, releases: Release[]): Promise<void> {
  const failures: unknown[] = []
  for (const release of releases.splice(0).reverse()) {
    try {
      await runWithin(release)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) {
    throw new AggregateError(failures, `${name}: ${failures.length} could not be closed`)
  }
}

/** Goes on without it when it takes too long: what closes later must not wait for what may never answer. */
async function runWithin({ act, withinMs }: Release): Promise<void> {
  if (withinMs > LONGEST_TIMER_MS) return await act()
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not closed within ${withinMs} ms`)), withinMs)
  })
  try {
    await Promise.race([act(), limit])
  } finally {
    clearTimeout(timer)
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
