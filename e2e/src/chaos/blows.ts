/** Carries out the schedule: breaks processes that the cluster started, and mends every one of them again. */
import { tellNobody } from '@safelight/runtime'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@safelight/runtime'
import { NO_FAULTS } from '@safelight/simulator'
import { closeRedis, createRedis, readMemoryInfo } from '@safelight/store'
import type { Cluster, Process } from '@safelight/testkit'
import { type LeftBehind, readLeftBehind } from './left-behind.ts'
import type { ListedHosts } from './listed-hosts.ts'
import type { Act, HostPoison, RedisPoison } from './schedule.ts'

/** One thing that really happened. */
export interface Disruption {
  target: string
  what: string
  /** ms since the epoch */
  at: number
  /** Set for hosts. */
  hostId: string | null
  /** The process is dead. */
  dead: boolean
  /** Set for hosts: what it ran and remembered is gone. */
  forgot: boolean
  /** Set for dead workers: what they left behind; null when nobody could tell. */
  left: LeftBehind | null
  /** Switches of a host that were turned; until when. */
  poison?: HostPoison
  /** ms since the epoch; not set while it lasts, or when it lasted for a moment only. */
  until?: number
}

export interface Blows {
  readonly disruptions: readonly Disruption[]
  /** Resolves when it is mended. A target that suffers already is left alone. */
  strike(act: Act): Promise<void>
  /** Everybody is alive, awake and well. */
  mendAll(): Promise<void>
}

export interface BlowsOptions {
  cluster: Cluster
  /** Of all workers. */
  listed: ListedHosts
  log: Logger
  signal: AbortSignal
}

const TERM_MS = 20_000
const START_MS = 60_000
/** Of its memory: more than SafelightRedisMemoryHigh allows, and less than is refused. */
const PART_USED = 0.82
const FOLLOW_MS = 1_000

export function createBlows({ cluster, listed, log, signal }: BlowsOptions): Blows {
  const disruptions: Disruption[] = []
  const suffering = new Map<string, Promise<void>>()
  const everybody: Process[] = [
    ...(cluster.redis ? [cluster.redis] : []),
    ...cluster.apis,
    ...cluster.workers,
    ...cluster.simulators,
  ]
  /** Cut short when the run is over: mending never waits. */
  const last = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined)
  const note = (target: string, what: string, { dead = false, forgot = false } = {}) => {
    const hostId = cluster.simulators.find(({ name }) => name === target)?.hostId ?? null
    const at = Date.now()
    const noted: Disruption = { target, what, at, hostId, dead, forgot: forgot || dead, left: null }
    disruptions.push(noted)
    return noted
  }

  const readLeft = async ({ name }: Process) =>
    name.startsWith('worker')
      ? await readLeftBehind(name, { ...cluster, hostIds: cluster.simulators.map(toHostId), log })
      : null

  async function kill(process: Process, what: string): Promise<void> {
    await process.kill('SIGKILL')
    const noted = note(process.name, what, { dead: true })
    noted.left = await readLeft(process)
  }

  async function restart(process: Process): Promise<void> {
    const ended = process.ended()
    // told to stop it hands back what it has
    const left = await readLeft(process)
    await process.kill('SIGTERM')
    note(process.name, 'restarted', { dead: true }).left = left
    const patience = new AbortController()
    const tooSlow = delay(TERM_MS, 'slow' as const, { signal: patience.signal }).catch(() => null)
    if ((await Promise.race([ended, tooSlow])) === 'slow') await kill(process, 'killed')
    patience.abort()
  }

  async function poison(name: string, faults: HostPoison, forMs: number): Promise<void> {
    const host = cluster.simulators.find((one) => one.name === name)
    if (!host) return
    // from before it is turned until after it is turned back
    const noted = note(name, Object.keys(faults).join(), { forgot: 'historyWiped' in faults })
    noted.poison = faults
    await post(host.url, faults)
    if ('exitDuring' in faults)
      void host.ended().then((code) => code === 1 && note(name, 'exited', { dead: true }))
    await last(forMs)
    // a dead executor does not come back by itself, nor does a process that has ended
    if ('executorDead' in faults) await kill(host, 'killed')
    else if (host.pid() !== null) await post(host.url, NO_FAULTS)
    noted.until = Date.now()
  }

  async function act({ target, blow, forMs }: Act): Promise<void> {
    const process = everybody.find(({ name }) => name === target)
    if (!process) return
    switch (blow.kind) {
      case 'kill':
        await kill(process, 'killed')
        await last(forMs)
        break
      case 'restart':
        await restart(process)
        break
      case 'freeze':
        await freeze(process, forMs)
        break
      case 'poison':
        await poison(target, blow.poison, forMs)
        break
      case 'squeeze':
        await squeeze(blow.poison, forMs)
        break
      case 'unlist':
        await unlist(target, forMs)
        break
    }
    await revive(process)
    for (const one of disruptions) if (one.target === target && one.dead) one.until ??= Date.now()
  }

  async function freeze(process: Process, forMs: number): Promise<void> {
    const noted = note(process.name, 'frozen')
    await process.kill('SIGSTOP')
    await last(forMs)
    await process.kill('SIGCONT')
    noted.until = Date.now()
  }

  async function unlist(name: string, forMs: number): Promise<void> {
    const noted = note(name, 'unlisted')
    await listed.set(name, false)
    await last(forMs)
    await listed.set(name, true)
    noted.until = Date.now()
  }

  async function squeeze(how: RedisPoison, forMs: number): Promise<void> {
    const noted = note('redis', how)
    const redis = createRedis(cluster.redisUrl, 'worker', { emit: tellNobody })
    try {
      switch (how) {
        case 'failover pause':
          await redis.call('CLIENT', 'PAUSE', String(forMs))
          await last(forMs)
          break
        case 'connections cut':
          await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
          await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
          break
        case 'memory full':
          await redis.config('SET', 'maxmemory', '1mb')
          await last(forMs)
          await redis.config('SET', 'maxmemory', '0')
          break
        case 'memory high':
          await keepHigh(redis, forMs)
          break
      }
    } finally {
      await closeRedis(redis)
      noted.until = Date.now()
    }
  }

  /** It uses more meanwhile, or less: the limit follows. */
  async function keepHigh(redis: ReturnType<typeof createRedis>, forMs: number): Promise<void> {
    for (let passed = 0; passed < forMs && !signal.aborted; passed += FOLLOW_MS) {
      const { used } = readMemoryInfo(await redis.info('memory'))
      await redis.config('SET', 'maxmemory', String(Math.ceil(used / PART_USED)))
      await last(FOLLOW_MS)
    }
    await redis.config('SET', 'maxmemory', '0')
  }

  async function revive(process: Process): Promise<void> {
    if (process.pid() === null && !signal.aborted) process.launch()
    // workers are ready when Redis is, so nobody waits for them here
    if (!process.name.startsWith('worker')) await process.untilReady(START_MS)
  }

  return {
    disruptions,
    async strike(one) {
      if (suffering.has(one.target)) return
      const pain = act(one)
      suffering.set(one.target, pain)
      try {
        await pain
      } catch (error) {
        log.warn({ err: error, target: one.target }, 'blow went wrong')
      } finally {
        suffering.delete(one.target)
      }
    },
    async mendAll() {
      await Promise.allSettled(suffering.values())
      for (const process of everybody) {
        await process.kill('SIGCONT')
        if (process.pid() === null) process.launch()
      }
      await Promise.all(everybody.map((process) => process.untilReady(START_MS)))
      for (const { url } of cluster.simulators) await post(url, NO_FAULTS)
    },
  }
}

const toHostId = ({ hostId }: { hostId: string }) => hostId

async function post(url: string, faults: HostPoison): Promise<void> {
  const answer = await fetch(`${url}/_simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
    signal: AbortSignal.timeout(10_000),
  })
  if (!answer.ok) throw new Error(`no such fault: ${await answer.text()}`)
}
