/**
 * The chaos' own count: what every process says happened in it, written down at once by a listener of ours, so that it
 * outlives a `kill -9`. What a process counts for Prometheus dies with it.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** One thing that a process said. */
const toldSchema = z.object({
  /** ms since the epoch, by the clock of this machine. */
  at: z.number(),
  name: z.string(),
  jobId: z.string().nullish(),
  attempt: z.number().nullish(),
  hostId: z.string().nullish(),
  status: z.string().nullish(),
  code: z.string().nullish(),
  cause: z.string().nullish(),
  retry: z.string().nullish(),
  models: z.string().nullish(),
  promptId: z.string().nullish(),
  end: z.string().nullish(),
  /** What a sweep found. */
  tickets: z.number().nullish(),
  undriven: z.number().nullish(),
  strays: z.number().nullish(),
})
export type Told = z.infer<typeof toldSchema>

/** One process from its start to its end. */
export interface Life {
  /** As Prometheus names it. */
  instance: string
  /** s since the epoch, as its `process_start_time_seconds` says. */
  startedAt: number
  /** Oldest first. */
  told: readonly Told[]
}

export interface Ledger {
  /** Settings of the processes that are to write. */
  env: Record<string, string>
  read(): Promise<Life[]>
}

const HEARD = [
  'job:accepted',
  'job:dispatched',
  'job:ended',
  'job:lost-its-worker',
  'job:taken-back',
  'attempt:started',
  'attempt:adopted',
  'attempt:failed',
  'orphan:ended',
  'output:stored',
  'reconciler:found',
  'event:appended',
] as const
export type HeardName = (typeof HEARD)[number]

/** Of writes of events, only those that took longer. */
const SLOW_WRITE_MS = 250
const SUFFIX = '.told.jsonl'
const lifeSchema = z.object({ port: z.string().default(''), startedAt: z.number() })

/** Plain JavaScript: whoever loads it runs from bundles. Its first line says who writes. */
const LISTENER = `
import { openSync, writeSync } from 'node:fs'
const FIELDS = ${JSON.stringify(Object.keys(toldSchema.shape).filter((name) => name !== 'at' && name !== 'name'))}
const startedAt = Math.round(Date.now() / 1000 - process.uptime())
export default ({ app, events }) => {
  const file = openSync(new URL(app + '-' + process.pid + '-' + startedAt + '${SUFFIX}', import.meta.url), 'a')
  const write = (line) => writeSync(file, JSON.stringify(line) + '\\n')
  write({ port: process.env.ADMIN_PORT, startedAt })
  for (const name of ${JSON.stringify(HEARD)})
    events.on(name, (body) => {
      if (body.ms <= ${SLOW_WRITE_MS} && name === 'event:appended') return
      const told = { at: Date.now(), name }
      for (const field of FIELDS) if (field in body) told[field] = body[field]
      write(told)
    })
}
`

export async function openLedger(folder: string): Promise<Ledger> {
  await mkdir(folder, { recursive: true })
  const listener = join(folder, 'ledger.mjs')
  await writeFile(listener, LISTENER)
  return {
    env: { SAFELIGHT_LISTENERS: listener },
    async read() {
      const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX))
      return await Promise.all(names.map(async (name) => await readLife(join(folder, name))))
    },
  }
}

async function readLife(file: string): Promise<Life> {
  // a line that was cut off is not followed by another
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  const [first = '', ...rest] = lines
  const { port, startedAt } = lifeSchema.parse(JSON.parse(first))
  const told = rest.map((line) => toldSchema.parse(JSON.parse(line)))
  return { instance: `127.0.0.1:${port}`, startedAt, told }
}
