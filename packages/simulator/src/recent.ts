/** The latest of what keeps coming: a server that runs for days must not hold all it ever did. */

export interface Recent<T> {
  readonly add: (item: T) => void
  /** Oldest first. @param from of all that ever came, the first to be told */
  readonly list: (from?: number) => T[]
  /** How many ever came. */
  readonly count: () => number
}

export function createRecent<T>(most: number): Recent<T> {
  const items: T[] = []
  let count = 0
  return {
    add(item) {
      count++
      items.push(item)
      if (items.length > most) items.shift()
    },
    list: (from = 0) => items.slice(Math.max(0, from - (count - items.length))),
    count: () => count,
  }
}
