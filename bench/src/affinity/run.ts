/**
 * `npm run bench:affinity`: how often hosts load models for the same jobs in the same order, first come, first served
 * and with affinity. All of Safelight as it runs in production; the hosts have room for one model, and each model its
 * own time to load.
 */
import { createLogger } from '@safelight/runtime'
import { closeRedis, createKeys, createRedis } from '@safelight/store'
import { type Cluster, startCluster } from '@safelight/testkit'
import { z } from 'zod'
import { createClient } from '../client.ts'
import { round, toBars, toTable, toVerdicts, type Verdict } from '../print.ts'
import { createDice } from '../random.ts'
import { withModel } from '../workflows.ts'

export interface AffinityOptions {
  redisBinary: string
  seed: number
  say: (text: string) => void
}

const HOSTS = 2
const JOBS = 200
const SPEED = 20
/** ms of the hosts' time. */
const LOAD_MS = {
  'flux1-dev-fp8.safetensors': 12_000,
  'sd_xl_base_1.0.safetensors': 5_000,
  'tiny_ckpt_full.safetensors': 1_000,
  'v1-5-pruned-emaonly.safetensors': 2_000,
}
const MODELS = Object.keys(LOAD_MS)

interface Measured {
  loads: number
  /** The job that was overtaken most often, and the one that waited longest after its first time. */
  overtaken: { times: number; ms: number }
  /** From the first beginning to the last end. */
  ms: number
}

/** The worker's default. */
const LIMIT = 16
const RUNS = [
  { name: 'first come, first served', env: { MAX_OVERTAKEN: '0' } },
  { name: 'overtaken 8 times at most', env: { MAX_OVERTAKEN: '8' } },
  { name: `the default, ${LIMIT} times`, env: {} },
] as const

export async function runAffinity(options: AffinityOptions): Promise<Verdict[]> {
  const { say, seed } = options
  const found: Measured[] = []
  for (const { env } of RUNS) found.push(await measure(options, env))
  const [first, , last] = found
  if (!first || !last) throw new Error('nothing was measured')
  say(
    `\n${JOBS} jobs over ${MODELS.length} models on ${HOSTS} hosts, one model in memory; seed ${seed}\n`,
  )
  say(
    toTable(
      ['', 'loads', 'of the first', 'overtaken at most', 'then waiting, ms', 'all done, ms'],
      found.map(({ loads, overtaken, ms }, at) => [
        RUNS[at]?.name ?? '',
        loads,
        `1/${round(first.loads / loads)}`,
        overtaken.times,
        round(overtaken.ms),
        round(ms),
      ]),
    ),
  )
  say(`\n${toBars(found.map(({ loads }, at) => [RUNS[at]?.name ?? '', loads] as const))}`)
  const verdicts = [
    {
      what: `a fifth of the loads of first come, first served, or fewer (${last.loads} of ${first.loads})`,
      kept: 5 * last.loads <= first.loads,
    },
    {
      what: `nobody is overtaken more often than ${LIMIT} times (${last.overtaken.times})`,
      kept: last.overtaken.times <= LIMIT,
    },
    { what: 'nobody is overtaken where that is off', kept: first.overtaken.times === 0 },
  ]
  say(`\n${toVerdicts(verdicts)}`)
  return verdicts
}

async function measure(
  { redisBinary, seed }: AffinityOptions,
  worker: Record<string, string>,
): Promise<Measured> {
  const cluster = await startCluster({
    redis: { binary: redisBinary },
    hosts: Array.from({ length: HOSTS }, () => ({ modelMemory: { kept: 1, loadMs: LOAD_MS } })),
    speed: SPEED,
    workers: 0,
    env: { worker },
  })
  try {
    const client = createClient(cluster.apis[0]?.url ?? '')
    const dice = createDice(seed)
    const jobs = []
    // one after the other: the order is that of the dice
    for (let n = 0; n < JOBS; n += 1) {
      const model = MODELS[dice(MODELS.length)] ?? ''
      jobs.push(await client.submit({ workflow: withModel(model, n) }))
    }
    await cluster.addWorker().start()
    const ends = await client.ended(jobs)
    const begun = ends.map(({ started_at: at }) => Date.parse(at ?? ''))
    const ended = ends.map(({ completed_at: at }) => Date.parse(at ?? ''))
    return {
      loads: (await Promise.all(cluster.simulators.map(loadsOf))).reduce((sum, n) => sum + n, 0),
      overtaken: await longestOvertaking(
        cluster,
        new Map(jobs.map(({ id }, at) => [id, begun[at] ?? 0])),
      ),
      ms: Math.max(...ended) - Math.min(...begun),
    }
  } finally {
    await cluster.close()
  }
}

const loadsSchema = z.object({ loads: z.array(z.string()) })

async function loadsOf({ url }: { url: string }): Promise<number> {
  const answer = await fetch(`${url}/_simulator/loads`)
  return loadsSchema.parse(await answer.json()).loads.length
}

/** As the records tell it. @param begun jobId → ms */
async function longestOvertaking(
  { redisUrl, namespace }: Cluster,
  begun: ReadonlyMap<string, number>,
): Promise<Measured['overtaken']> {
  const log = createLogger({ level: 'silent', name: 'bench' })
  const redis = createRedis(redisUrl, 'worker', { log })
  const keys = createKeys(namespace)
  try {
    const longest = { times: 0, ms: 0 }
    for (const [jobId, beganAt] of begun) {
      const [times, since] = await redis.hmget(keys.job(jobId), 'overtaken', 'overtakenAt')
      longest.times = Math.max(longest.times, Number(times ?? 0))
      if (since) longest.ms = Math.max(longest.ms, beganAt - Number(since))
    }
    return longest
  } finally {
    await closeRedis(redis)
  }
}
