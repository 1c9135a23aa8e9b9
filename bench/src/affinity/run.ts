/**
 * How often hosts load models for the same jobs in the same order, first come, first served and with affinity. All of
 * Safelight as it runs in production; the hosts have room for one model, and each model its own time to load.
 */
import { tellNobody } from '@safelight/runtime'
import { closeRedis, createKeys, createRedis } from '@safelight/store'
import { type Cluster, startCluster } from '@safelight/testkit'
import { z } from 'zod'
import { createClient } from '../client.ts'
import { sum } from '../figures.ts'
import { createDice } from '../random.ts'
import { type BenchContext, byScale, type Figure, type Section } from '../section.ts'
import { withModel } from '../workflows.ts'

const HOSTS = 2
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
const FIRST_COME = 'first come, first served'
const EIGHT = 'overtaken 8 times at most'
const RUNS = [
  { name: FIRST_COME, env: { MAX_OVERTAKEN: '0' } },
  { name: EIGHT, env: { MAX_OVERTAKEN: '8' } },
  { name: `the default, ${LIMIT} times`, env: {} },
] as const

export const affinity: Section = {
  name: 'affinity',
  title: `Loads of ${MODELS.length} models on ${HOSTS} hosts with room for one: by order of arrival and by what is in place`,
  async run(context) {
    const jobs = byScale(context.scale, { smoke: 6, usual: 200, long: 1_000 })
    const found = []
    const runs = context.scale === 'smoke' ? RUNS.filter(({ name }) => name !== EIGHT) : RUNS
    for (const run of runs) {
      found.push({ ...run, ...(await measure(context, jobs, run.env)) })
      context.say(`${jobs} jobs, ${run.name}`)
    }
    const first = found.find(({ name }) => name === FIRST_COME)
    const last = found.find(({ env }) => !('MAX_OVERTAKEN' in env))
    if (!first || !last) throw new Error('nothing was measured')
    context.promise(
      `a fifth of the loads of first come, first served, or fewer (${last.loads} of ${first.loads})`,
      5 * last.loads <= first.loads,
    )
    context.promise(
      `nobody is overtaken more often than ${LIMIT} times (${last.overtaken.times})`,
      last.overtaken.times <= LIMIT,
    )
    context.promise('nobody is overtaken where that is off', first.overtaken.times === 0)
    return found
      .filter((run) => run !== first)
      .flatMap((run) => toFigures(run, { first, isDefault: run === last, jobs }))
  },
}

function toFigures(
  { name, loads, overtaken, ms }: Measured & { name: string },
  { first, isDefault, jobs }: { first: Measured; isDefault: boolean; jobs: number },
): Figure[] {
  const beside = (value: number) => ({ what: FIRST_COME, value })
  return [
    {
      what: `model loads per 100 jobs, ${name}`,
      value: (100 * loads) / jobs,
      unit: '',
      against: beside((100 * first.loads) / jobs),
      ...(isDefault ? { aim: { of: 'ratio', atMost: 0.2 } } : {}),
    },
    { what: `${jobs} jobs done, ${name}`, value: ms, unit: 'ms', against: beside(first.ms) },
    { what: 'longest overtaking, times', value: overtaken.times, unit: '' },
    { what: 'longest wait once overtaken', value: overtaken.ms, unit: 'ms' },
  ]
}

async function measure(
  { redisBinary, seed }: BenchContext,
  count: number,
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
    for (let n = 0; n < count; n += 1) {
      const model = MODELS[dice(MODELS.length)] ?? ''
      jobs.push(await client.submit({ workflow: withModel(model, n) }))
    }
    await cluster.addWorker().start()
    const ends = await client.ended(jobs)
    const begun = ends.map(({ started_at: at }) => Date.parse(at ?? ''))
    const ended = ends.map(({ completed_at: at }) => Date.parse(at ?? ''))
    return {
      loads: sum(await Promise.all(cluster.simulators.map(loadsOf))),
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
  const redis = createRedis(redisUrl, 'worker', { emit: tellNobody })
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
