/**
 * What a deployment of the version before the backlog had in Redis, as it was found when its worker had just been
 * killed: put into a namespace of ours with plain commands, its hosts and its time made those of the test.
 *
 * Commit 8874cb6 wrote it, with real processes and two simulated hosts of two slots each, `first` and `second`. Left
 * out is what nothing depends on: node classes of the hosts, BullMQ's own events.
 */
import { readFile } from 'node:fs/promises'
import type { TestBed } from '@safelight/testkit/vitest'
import { z } from 'zod'

const FILE = new URL('../fixtures/old-deployment.json', import.meta.url)
/** In the file. */
const NAMESPACE = '{safelight}'
const HOSTS = { first: '127.0.0.1:18188', second: '127.0.0.1:18288' }
const DAY_MS = 24 * 3_600_000
/** BullMQ's score of a delayed ticket: ms times this, and a number. */
const DELAY_SCALE = 0x1000

const hash = z.record(z.string(), z.string())
const list = z.array(z.string())
const valueSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('string'), ttl: z.int().optional(), value: z.string() }),
  z.object({ type: z.literal('hash'), ttl: z.int().optional(), value: hash }),
  z.object({ type: z.literal('list'), ttl: z.int().optional(), value: list }),
  z.object({ type: z.literal('set'), ttl: z.int().optional(), value: list }),
  /** Members and scores in turn. */
  z.object({ type: z.literal('zset'), ttl: z.int().optional(), value: list }),
  z.object({
    type: z.literal('stream'),
    ttl: z.int().optional(),
    value: z.array(z.tuple([z.string(), list])),
  }),
])
const fileSchema = z.object({
  takenAt: z.int(),
  /** What the job is there for → jobId. */
  jobs: z.record(z.string(), z.string()),
  keys: z.record(z.string(), valueSchema),
})

export interface OldDeployment {
  /** By what the job is there for. */
  jobId(name: string): string
  nameOf(jobId: string): string | undefined
}

export interface LoadOptions {
  /** Addresses of the hosts, as `127.0.0.1:8188`. */
  hosts?: Partial<typeof HOSTS>
  /** How long ago its worker was killed; longer than it takes locks to run out unless told so. */
  agoMs?: number
  /** Whether its worker still keeps the locks of its tickets; they have run out unless told so. */
  locked?: boolean
}

export async function loadOldDeployment(
  { redis, namespace }: Pick<TestBed, 'redis' | 'namespace'>,
  { hosts = {}, agoMs = 15_000, locked = false }: LoadOptions = {},
): Promise<OldDeployment> {
  const { takenAt, jobs, keys } = fileSchema.parse(await readFixture(hosts))
  const shiftMs = Date.now() - agoMs - takenAt
  const isTime = (ms: number) => ms > takenAt - DAY_MS && ms < takenAt + 40 * DAY_MS
  /** Every time in it, as if the worker had been killed then. */
  const toNow = (text: string) =>
    text.replaceAll(/\b\d{13}\b/g, (ms) => (isTime(Number(ms)) ? String(Number(ms) + shiftMs) : ms))
  for (const [written, { ttl, ...entry }] of Object.entries(keys)) {
    const key = written.replace(NAMESPACE, `{${namespace}}`)
    if (key.endsWith(':lock') && !locked) continue
    switch (entry.type) {
      case 'string':
        await redis.set(key, toNow(entry.value))
        break
      case 'hash':
        await redis.hset(key, mapValues(entry.value, toNow))
        break
      case 'list':
        await redis.rpush(key, ...entry.value)
        break
      case 'set':
        await redis.sadd(key, ...entry.value)
        break
      case 'zset': {
        const toScore = key.endsWith(':delayed')
          ? (score: string) => String(Number(score) + shiftMs * DELAY_SCALE)
          : toNow
        const scored = entry.value.flatMap((member, at) =>
          at % 2 === 0 ? [toScore(entry.value[at + 1] ?? ''), member] : [],
        )
        await redis.zadd(key, ...scored)
        break
      }
      case 'stream':
        for (const [id, fields] of entry.value) await redis.xadd(key, id, ...fields.map(toNow))
        break
    }
    if (ttl !== undefined && !key.endsWith(':lock')) await redis.pexpire(key, ttl)
  }
  const names = new Map(Object.entries(jobs).map(([name, jobId]) => [jobId, name]))
  return {
    jobId(name) {
      const jobId = jobs[name]
      if (jobId === undefined) throw new Error(`no job is there for "${name}"`)
      return jobId
    },
    nameOf: (jobId) => names.get(jobId),
  }
}

async function readFixture(hosts: Partial<typeof HOSTS>): Promise<unknown> {
  const text = await readFile(FILE, 'utf8')
  return JSON.parse(
    text
      .replaceAll(HOSTS.first, hosts.first ?? HOSTS.first)
      .replaceAll(HOSTS.second, hosts.second ?? HOSTS.second),
  )
}

function mapValues(
  record: Record<string, string>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}
