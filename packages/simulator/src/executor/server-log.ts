/** What the server prints, as far as its own routes show it: the last lines, and who wants the next ones. */

export interface LogEntry {
  /** When, in ISO's words. */
  readonly t: string
  /** The text, line ends included. */
  readonly m: string
}

export interface ServerLog {
  print(text: string): void
  readonly entries: () => readonly LogEntry[]
  subscribe(clientId: string, wanted: boolean): void
}

const MAX_ENTRIES = 300

/** @param tell called for each subscriber of a new line */
export function createServerLog(tell: (clientId: string, entry: LogEntry) => void): ServerLog {
  const entries: LogEntry[] = []
  const subscribers = new Set<string>()

  return {
    print(text) {
      const entry = { t: new Date().toISOString(), m: `${text}\n` }
      entries.push(entry)
      if (entries.length > MAX_ENTRIES) entries.shift()
      for (const clientId of subscribers) tell(clientId, entry)
    },
    entries: () => entries,
    subscribe(clientId, wanted) {
      if (wanted) subscribers.add(clientId)
      else subscribers.delete(clientId)
    },
  }
}
