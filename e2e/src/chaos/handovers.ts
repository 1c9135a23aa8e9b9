/** How often hosts were given the same file, by what their workers say of it. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Disruption } from './blows.ts'

export interface Handover {
  hostId: string
  /** In the host's input folder. */
  name: string
}

const lineSchema = z.object({
  msg: z.literal('input handed to the host'),
  hostId: z.string(),
  name: z.string(),
})

/** @param folder of the logs */
export async function readHandovers(folder: string): Promise<Handover[]> {
  const names = (await readdir(folder)).filter((name) => /^worker-.*\.log$/.test(name))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      if (!line.includes('input handed')) return []
      return [lineSchema.parse(JSON.parse(line))]
    }),
  )
}

/**
 * Files that a host was given more often than can be: once by each worker, which may do so at the same moment, once more by
 * each when the host has lost its files, and once for each time that somebody forgot what he had done. Pure.
 */
export function findRestaged(
  handovers: readonly Handover[],
  { workers, disruptions }: { workers: number; disruptions: readonly Disruption[] },
): string[] {
  const times = new Map<string, Handover & { count: number }>()
  for (const one of handovers) {
    const key = `${one.hostId} ${one.name}`
    times.set(key, { ...one, count: (times.get(key)?.count ?? 0) + 1 })
  }
  const forgotten = disruptions.filter(({ target }) => /^(worker|redis)/.test(target)).length
  return [...times.values()].flatMap(({ hostId, name, count }) => {
    const losses = disruptions.filter((one) => one.hostId === hostId && losesInputs(one)).length
    const atMost = workers * (1 + losses) + forgotten
    return count > atMost ? [`${hostId} was given ${name} ${count} times, ${atMost} at most`] : []
  })
}

function losesInputs({ dead, poison = {} }: Disruption): boolean {
  return dead || 'inputsLost' in poison
}
