/**
 * Whether an owner with ten jobs must wait for the thousand of another, whether weights are shares, and whether anybody
 * waits for ever. All of Safelight as it runs in production, with hosts that are quick.
 */
import { type Cluster, type ClusterOptions, startCluster } from '@safelight/testkit'
import { type Client, createClient } from '../client.ts'
import { middle } from '../figures.ts'
import { round } from '../print.ts'
import { type BenchContext, byScale, type Figure, type Section } from '../section.ts'
import { taking } from '../workflows.ts'
import { beganBefore, endedMeanwhile, sharesOf, type Waits, waitsOf } from './measures.ts'

const SPEED = 20
const HOSTS = 2
/** Of the hosts' time: 150 ms of ours. Well above what a job costs this machine, or that is what is measured. */
const JOB_MS = 3_000
/** Costs that are learned meanwhile would give jobs of one kind two prices. */
const API = { SAFELIGHT_TIMINGS: JSON.stringify({ costsAgeMs: 3_600_000 }) }

export const fair: Section = {
  name: 'fair',
  title: 'Fairness: ten jobs beside a thousand, weights, priorities and aging',
  async run(context) {
    return [
      ...(await besideAFlood(context)),
      ...(await byWeights(context)),
      ...(await underPriorities(context)),
    ]
  },
}

async function withCluster<T>(
  { redisBinary }: BenchContext,
  options: Partial<ClusterOptions>,
  use: (client: Client, cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await startCluster({
    redis: { binary: redisBinary },
    hosts: Array.from({ length: HOSTS }, () => ({})),
    speed: SPEED,
    ...options,
    env: { ...options.env, api: { ...API, ...options.env?.api } },
  })
  try {
    return await use(createClient(cluster.apis[0]?.url ?? ''), cluster)
  } finally {
    await cluster.close()
  }
}

const jobsOf = (owner: string, count: number) =>
  Array.from({ length: count }, () => ({ owner, workflow: taking(JOB_MS) }))

async function besideAFlood(context: BenchContext): Promise<Figure[]> {
  const { scale, say, promise } = context
  const waiting = byScale(scale, { smoke: 4, usual: 1_000, long: 10_000 })
  const rounds = byScale(scale, { smoke: 1, usual: 3, long: 3 })
  const few = byScale(scale, { smoke: 2, usual: 10, long: 10 })
  return await withCluster(context, {}, async (client) => {
    await client.untilReady(HOSTS)
    // whoever runs for the first time is slow
    await client.ended(await client.submitAll(jobsOf('warm-up', few)))
    const alone: Waits[] = []
    for (let n = 0; n < rounds; n += 1) alone.push(waitsOf(await ended(client, few)))
    const beside: Waits[] = []
    const served: number[] = []
    for (let n = 1; n <= rounds; n += 1) {
      await flood(client, waiting)
      const jobs = await ended(client, few)
      beside.push(waitsOf(jobs))
      served.push(
        endedMeanwhile(
          jobs,
          (await client.list()).filter(({ owner }) => owner === 'many'),
        ),
      )
      say(`${n} of ${rounds} rounds beside ${waiting} waiting`)
    }
    const figure = (what: string, of: (waits: Waits) => number): Figure => {
      const value = middle(beside.map(of))
      const against = { what: 'alone', value: middle(alone.map(of)) }
      const ratio = value / against.value
      promise(
        `beside ${waiting} jobs of another, ${few} wait at most twice as long as alone (${what}: ${round(ratio)})`,
        ratio <= 2,
      )
      return {
        what: `wait of ${few} jobs beside ${waiting} of another, ${what}`,
        value,
        unit: 'ms',
        against,
        aim: { of: 'ratio', atMost: 2 },
      }
    }
    return [
      figure('on average', ({ mean }) => mean),
      figure('until the last has ended', ({ last }) => last),
      { what: 'jobs of the other that ended meanwhile', value: middle(served), unit: '' },
    ]
  })
}

async function ended(client: Client, few: number) {
  return await client.ended(await client.submitAll(jobsOf('few', few)))
}

/** Until so many wait behind each other. */
async function flood(client: Client, waiting: number): Promise<void> {
  for (let position = 0; position < waiting; ) {
    const views = await client.submitAll(jobsOf('many', Math.min(50, waiting)))
    position = Math.max(...views.map((view) => view.queue_position ?? 0))
  }
}

async function byWeights(context: BenchContext): Promise<Figure[]> {
  const served = byScale(context.scale, { smoke: 8, usual: 400, long: 2_000 })
  const env = { api: { OWNER_WEIGHTS: 'light=1,heavy=3' } }
  // both have all of their jobs waiting before the first is served
  return await withCluster(context, { workers: 0, env }, async (client, cluster) => {
    await client.submitAll([...jobsOf('light', served / 2), ...jobsOf('heavy', served)])
    await cluster.addWorker().start()
    const shares = sharesOf(await untilBegun(client, served), served)
    const [light = 0, heavy = 0] = [shares.get('light'), shares.get('heavy')]
    context.say(`weights 1 : 3, of the first ${served}: light ${light}, heavy ${heavy}`)
    const off = Math.abs(heavy / light / 3 - 1)
    context.promise(
      `weights 1 : 3 are shares within 5 % over ${served} jobs (1 : ${round(heavy / light)})`,
      off <= 0.05,
    )
    return [
      {
        what: `error of shares by weights 1 : 3, over ${served} jobs`,
        value: 100 * off,
        unit: '%',
        aim: { of: 'value', atMost: 5 },
      },
    ]
  })
}

async function untilBegun(client: Client, count: number) {
  for (;;) {
    const jobs = await client.list()
    if (jobs.filter(({ started_at: at }) => at !== null).length >= count) return jobs
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

/** ms of ours. */
const AGING = 3_000
/** Of all hosts: what is in them goes first. */
const SLOTS = 2 * HOSTS

async function underPriorities(context: BenchContext): Promise<Figure[]> {
  const urgent = byScale(context.scale, { smoke: 6, usual: 150, long: 150 })
  const without = await behindUrgent(context, urgent, {})
  const aging = await behindUrgent(context, urgent, { AGING: `${AGING}ms` })
  context.promise(
    `without AGING all ${urgent} of higher priority go first (${without.before})`,
    without.before === urgent,
  )
  context.promise(
    `with AGING=${AGING}ms, whoever has waited that long has the next slot, though of those with more priority many have waited as long (${aging.late} began before it)`,
    aging.late <= SLOTS && aging.before < urgent,
  )
  const beside = (value: number) => ({ what: 'without AGING', value })
  return [
    {
      what: `of ${urgent} jobs of priority 10, began before one of priority 0, AGING=${AGING}ms`,
      value: aging.before,
      unit: '',
      against: beside(without.before),
    },
    {
      what: `of these, when it had waited ${AGING} ms`,
      value: aging.late,
      unit: '',
      against: beside(without.late),
      aim: { of: 'value', atMost: SLOTS },
    },
    { what: 'its wait', value: aging.waitMs, unit: 'ms', against: beside(without.waitMs) },
  ]
}

async function behindUrgent(context: BenchContext, count: number, worker: Record<string, string>) {
  return await withCluster(context, { env: { worker } }, async (client) => {
    await client.untilReady(HOSTS)
    const urgent = jobsOf('urgent', count).map((job) => ({ ...job, priority: 10 }))
    // of these, there before the one that waits
    const earlier = Math.min(20, count / 2)
    await client.submitAll(urgent.slice(0, earlier))
    const low = await client.submit({ owner: 'patient', workflow: taking(JOB_MS) })
    await client.submitAll(urgent.slice(earlier))
    const [end = low] = await client.ended([low])
    const others = (await client.list()).filter(({ owner }) => owner === 'urgent')
    const agedAt = Date.parse(low.created_at) + AGING
    return {
      waitMs: waitsOf([end]).last,
      before: beganBefore(end, others),
      late: beganBefore(
        end,
        others.filter((job) => Date.parse(job.started_at ?? '') > agedAt),
      ),
    }
  })
}
