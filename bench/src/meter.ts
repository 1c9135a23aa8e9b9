/** What was spent between two looks: commands of a Redis, CPU of processes. */
import { readFile } from 'node:fs/promises'
import type { Cluster } from '@safelight/testkit'
import type { Redis } from 'ioredis'
import { sum } from './figures.ts'

export const PARTS = ['worker', 'API', 'Redis', 'hosts'] as const
/** All processes of a kind together. */
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

/** Between two looks no process may end: what it spent would go with it. */
export async function read(cluster: Cluster, redis: Redis): Promise<Reading> {
  const commands = parseCommands(await redis.info('commandstats'))
  const { workers, apis, simulators } = cluster
  return {
    commands,
    cpuMs: {
      worker: await cpuOfAll(workers),
      API: await cpuOfAll(apis),
      Redis: await cpuOf(cluster.redis?.pid()),
      hosts: await cpuOfAll(simulators),
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
  return {
    commands: sum(byName.map(([, calls]) => calls)),
    byName,
    cpuMs: byPart((part) => after.cpuMs[part] - before.cpuMs[part]),
    ms: after.atMs - before.atMs,
  }
}

export function sumOf(rounds: readonly Spent[]): Spent {
  const byName = new Map<string, number>()
  for (const [name, calls] of rounds.flatMap((round) => round.byName))
    byName.set(name, (byName.get(name) ?? 0) + calls)
  return {
    commands: sum(rounds.map(({ commands }) => commands)),
    byName: [...byName].toSorted(([, one], [, other]) => other - one),
    cpuMs: byPart((part) => sum(rounds.map(({ cpuMs }) => cpuMs[part]))),
    ms: sum(rounds.map(({ ms }) => ms)),
  }
}

/** What goes on all the same is not the jobs' doing. @param idle a look at the same system with nothing to do */
export function less(spent: Spent, idle: Spent): Spent {
  const share = spent.ms / idle.ms
  return {
    ...spent,
    commands: spent.commands - share * idle.commands,
    cpuMs: byPart((part) => spent.cpuMs[part] - share * idle.cpuMs[part]),
  }
}

function byPart(of: (part: Part) => number): Record<Part, number> {
  return { worker: of('worker'), API: of('API'), Redis: of('Redis'), hosts: of('hosts') }
}

/** `cmdstat_hget:calls=12,usec=…` */
export function parseCommands(info: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const [, name = '', calls] of info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm))
    found.set(name, Number(calls))
  return found
}

interface Running {
  pid(): number | null
}

export async function cpuOfAll(processes: readonly Running[]): Promise<number> {
  return sum(await Promise.all(processes.map((one) => cpuOf(one.pid()))))
}

/** ms, since it was started; 0 for a process that is not there. */
export async function cpuOf(pid: number | null | undefined): Promise<number> {
  if (!pid) return 0
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // its name, in brackets, may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
