/** What a process holds: by its own metrics, after a collection, and by what Linux says of it. */
import { readdir, readlink } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { type Process, TELLS_MEMORY, until } from '@safelight/testkit'
import type { Figure } from './verdict.ts'

/**
 * Belongs into the environment of every process that is looked at. SIGALRM has it write what is on its heap.
 * @param folder for that, without spaces in its path
 */
export const toCollecting = (folder: string) => ({
  NODE_OPTIONS: [
    TELLS_MEMORY.NODE_OPTIONS,
    '--heapsnapshot-signal=SIGALRM',
    `--diagnostic-dir=${folder}`,
  ].join(' '),
})

const COLLECT_MS = 500
const ANSWER_MS = 5_000

/** Where its metrics are. */
export async function adminOf(told: Process): Promise<string> {
  return await until(
    async () => /"url":"([^"]+)"[^\n]*"admin"/.exec(await told.told())?.[1] ?? null,
    {
      what: `${told.name} says where its admin port is`,
    },
  )
}

export interface Looked {
  figures: Figure[]
  /** CPU since its start. */
  cpuMs: number
}

/** null: it does not answer */
export async function lookAt(told: Process, admin: string): Promise<Looked | null> {
  const pid = told.pid()
  if (pid === null) return null
  process.kill(pid, 'SIGUSR2')
  await delay(COLLECT_MS)
  const text = await fetch(`${admin}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
    async (answer) => (answer.ok ? await answer.text() : null),
    () => null,
  )
  if (text === null) return null
  const value = (metric: string) => readMetric(text, metric)
  const { name } = told
  const heap = value('nodejs_heap_size_used_bytes') + value('nodejs_external_memory_bytes')
  const { files, sockets } = await openFiles(pid)
  return {
    cpuMs: value('process_cpu_seconds_total') * 1_000,
    figures: [
      { name: `${name} held`, unit: 'bytes', value: heap },
      { name: `${name} RSS`, unit: 'bytes', value: value('process_resident_memory_bytes') },
      { name: `${name} handles`, unit: 'count', value: value('nodejs_active_handles_total') },
      { name: `${name} sockets`, unit: 'count', value: sockets },
      { name: `${name} other files`, unit: 'count', value: files - sockets },
      // one for each name of a pool that ever had a job, up to the bound of labels
      { name: `${name} series`, unit: 'count', value: readSeries(text), told: true },
      {
        name: `${name} loop lag p50`,
        unit: 'ms',
        value: value('nodejs_eventloop_lag_p50_seconds') * 1_000,
      },
    ],
  }
}

/** Of a metric without labels; NaN when it is not there. */
function readMetric(text: string, name: string): number {
  const start = `${name} `
  const line = text.split('\n').find((one) => one.startsWith(start))
  return line === undefined ? Number.NaN : Number(line.slice(start.length))
}

const readSeries = (text: string) =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length

async function openFiles(pid: number): Promise<{ files: number; sockets: number }> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder)
  const targets = await Promise.all(
    names.map((name) => readlink(`${folder}/${name}`).catch(() => null)),
  )
  const open = targets.filter((target) => target !== null)
  return { files: open.length, sockets: open.filter((one) => one.startsWith('socket:')).length }
}
