/** `Some`: a part of what a process holds, for whoever looks at it: how many there are, and the first of them. */

export interface Some<T> {
  count: number
  first: T[]
}

/** An answer stays readable, whatever the process holds. */
const TOLD_AT_MOST = 100

export function tellSome<T, U>(items: Iterable<T>, toTold: (item: T) => U): Some<U> {
  const told: U[] = []
  let count = 0
  for (const item of items) {
    count += 1
    if (told.length < TOLD_AT_MOST) told.push(toTold(item))
  }
  return { count, first: told }
}

/** What the runtime keeps open, by its own names (`Timeout`, `TCPSocketWrap`, …), and what that takes. */
export function tellRuntime() {
  const open: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) open[kind] = (open[kind] ?? 0) + 1
  const { rss, heapUsed, external } = process.memoryUsage()
  return {
    pid: process.pid,
    node: process.version,
    uptime_s: Math.round(process.uptime()),
    memory_bytes: { rss, heap_used: heapUsed, external },
    open,
  }
}
