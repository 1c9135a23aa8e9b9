/** What was spent between two looks: commands of a Redis, CPU of processes. */
import { readFile } from 'node:fs/promises'
import type { Cluster } from '@safelight/testkit'
import type { Redis } from 'ioredis'

export const PARTS = ['worker', 'API', 'Redis'] as const
export type Part = (typeof PARTS)[number]

export interface Reading {
  /** By name, those that scripts run included. */
  commands: ReadonlyMap<string, number>
  /** ms, in user and system. */
  cpuMs: Readonly<Record<Part, number>>
  atMs: number
}

export interface Spent {
  commands: number
  byName: [name: string, calls: number][]
  cpuMs: Record<Part, number>
  ms: number
}

/** Linux counts in hundredths of a second, whatever the machine. */
const TICK_MS = 10

export async function read(cluster: Cluster, redis: Redis): Promise<Reading> {
  const commands = parseCommands(await redis.info('commandstats'))
  const [worker, api] = [cluster.workers[0], cluster.apis[0]]
  return {
    commands,
    cpuMs: {
      worker: await cpuOf(worker?.pid()),
      API: await cpuOf(api?.pid()),
      Redis: await cpuOf(cluster.redis?.pid()),
    },
    atMs: performance.now(),
  }
}

export function between(before: Reading, after: Reading): Spent {
  const byName = [...after.commands]
    .map(([name, calls]) => [name, calls - (before.commands.get(name) ?? 0)] as [string, number])
    // our own look
    .filter(([name, calls]) => calls > 0 && name !== 'info')
    .toSorted(([, one], [, other]) => other - one)
  const cpu = (part: Part) => after.cpuMs[part] - before.cpuMs[part]
  return {
    commands: byName.reduce((sum, [, calls]) => sum + calls, 0),
    byName,
    cpuMs: { worker: cpu('worker'), API: cpu('API'), Redis: cpu('Redis') },
    ms: after.atMs - before.atMs,
  }
}

export function sumOf(rounds: readonly Spent[]): Spent {
  const byName = new Map<string, number>()
  for (const [name, calls] of rounds.flatMap((round) => round.byName))
    byName.set(name, (byName.get(name) ?? 0) + calls)
  const total = (of: (round: Spent) => number) => rounds.reduce((sum, round) => sum + of(round), 0)
  return {
    commands: total(({ commands }) => commands),
    byName: [...byName].toSorted(([, one], [, other]) => other - one),
    cpuMs: {
      worker: total(({ cpuMs }) => cpuMs.worker),
      API: total(({ cpuMs }) => cpuMs.API),
      Redis: total(({ cpuMs }) => cpuMs.Redis),
    },
    ms: total(({ ms }) => ms),
  }
}

/** `cmdstat_hget:calls=12,usec=…` */
export function parseCommands(info: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const [, name = '', calls] of info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm))
    found.set(name, Number(calls))
  return found
}

/** 0 for a process that is not there. */
async function cpuOf(pid: number | null | undefined): Promise<number> {
  if (!pid) return 0
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // its name, in brackets, may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
