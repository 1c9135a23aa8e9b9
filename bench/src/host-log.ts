/** What simulated hosts have executed, read as they write it: it costs them nothing to be looked at. */
import { open } from 'node:fs/promises'
import { until } from '@safelight/testkit'
import { z } from 'zod'

const lineSchema = z.object({
  event: z.enum(['start', 'end']),
  promptId: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  outcome: z.string(),
})

export interface Execution {
  promptId: string
  /** ms since the epoch, with fractions where the host tells them. */
  startedAt: number
  endedAt: number
}

export interface HostLog {
  /** Those that have succeeded, by host, in order. @param from of all that each host has had, the first one to be told */
  ended(from?: readonly number[]): Promise<Execution[][]>
  /** How many have succeeded, by host. */
  counts(): Promise<number[]>
  /** Resolves when so many have succeeded, on all hosts together. */
  untilEnded(count: number): Promise<void>
}

const PATIENCE_MS = 10 * 60_000
const LOOK_MS = 20

/** @param files of `--executions`, one per host */
export function createHostLog(files: readonly string[]): HostLog {
  const tails = files.map(createTail)
  const counts = async () =>
    (await Promise.all(tails.map((tail) => tail()))).map((all) => all.length)
  return {
    async ended(from = []) {
      const all = await Promise.all(tails.map((tail) => tail()))
      return all.map((executions, at) => executions.slice(from[at] ?? 0))
    },
    counts,
    async untilEnded(count) {
      await until(async () => (await counts()).reduce((total, n) => total + n, 0) >= count, {
        what: `${count} prompts are executed`,
        withinMs: PATIENCE_MS,
        everyMs: LOOK_MS,
      })
    },
  }
}

/** Reads on where it stopped: a look costs what is new. */
function createTail(file: string): () => Promise<Execution[]> {
  const found: Execution[] = []
  let offset = 0
  let rest = ''
  // looks at the same time would read the same bytes
  let reading = Promise.resolve()

  const readOn = async (): Promise<void> => {
    const handle = await open(file).catch(() => null)
    if (handle === null) return
    try {
      const { size } = await handle.stat()
      if (size <= offset) return
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - offset), {
        position: offset,
      })
      offset += bytesRead
      const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const { event, outcome, promptId, startedAt, endedAt } = lineSchema.parse(JSON.parse(line))
        if (event === 'end' && outcome === 'success' && endedAt !== null)
          found.push({ promptId, startedAt, endedAt })
      }
    } finally {
      await handle.close()
    }
  }

  return async () => {
    reading = reading.then(readOn)
    await reading
    return found
  }
}
