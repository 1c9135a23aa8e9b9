/**
 * `npm run bench:fair`: whether an owner with ten jobs must wait for the thousand of another, whether weights are
 * shares, and whether anybody waits for ever. All of Safelight as it runs in production, with hosts that are quick.
 */
import { type Cluster, type ClusterOptions, startCluster } from '@safelight/testkit'
import { type Client, createClient } from '../client.ts'
import { round, toBars, toTable, toVerdicts, type Verdict } from '../print.ts'
import { taking } from '../workflows.ts'
import { beganBefore, endedMeanwhile, sharesOf, type Waits, waitsOf } from './measures.ts'

export interface BenchOptions {
  redisBinary: string
  say: (text: string) => void
}

const SPEED = 20
const HOSTS = 2
/** Of the hosts' time: 150 ms of ours. Well above what a job costs this machine, or that is what is measured. */
const JOB_MS = 3_000
const ROUNDS = 3
const WAITING = 1_000
const FEW = 10
const SERVED = 400
/** Costs that are learned meanwhile would give jobs of one kind two prices. */
const API = { SAFELIGHT_TIMINGS: JSON.stringify({ costsAgeMs: 3_600_000 }) }

export async function runFair(options: BenchOptions): Promise<Verdict[]> {
  const verdicts = [
    ...(await besideAFlood(options)),
    ...(await byWeights(options)),
    ...(await underPriorities(options)),
  ]
  options.say(`\n${toVerdicts(verdicts)}`)
  return verdicts
}

async function withCluster<T>(
  { redisBinary }: BenchOptions,
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

async function besideAFlood(options: BenchOptions): Promise<Verdict[]> {
  const { say } = options
  return await withCluster(options, {}, async (client) => {
    await client.untilReady(HOSTS)
    // whoever runs for the first time is slow
    await client.ended(await client.submitAll(jobsOf('warm-up', FEW)))
    const alone: Waits[] = []
    for (let n = 0; n < ROUNDS; n += 1) alone.push(waitsOf(await few(client)))
    const beside: Waits[] = []
    const served: number[] = []
    for (let n = 0; n < ROUNDS; n += 1) {
      await flood(client)
      const jobs = await few(client)
      beside.push(waitsOf(jobs))
      served.push(
        endedMeanwhile(
          jobs,
          (await client.list()).filter(({ owner }) => owner === 'many'),
        ),
      )
    }
    const rows = [
      ['mean', (waits: Waits) => waits.mean],
      ['last', (waits: Waits) => waits.last],
    ] as const
    const ratios = rows.map(([, of]) => middle(beside.map(of)) / middle(alone.map(of)))
    say(
      `\n${FEW} jobs, alone and beside an owner with ${WAITING} waiting; middle of ${ROUNDS} rounds\n`,
    )
    say(
      toTable(
        ['wait, ms', 'alone', 'beside', 'ratio'],
        rows.map(([name, of], at) => [
          name,
          round(middle(alone.map(of))),
          round(middle(beside.map(of))),
          round(ratios[at] ?? 0),
        ]),
      ),
    )
    say(`\njobs of the other owner that ended meanwhile: ${served.join(', ')}`)
    return rows.map(([name], at) => ({
      what: `beside ${WAITING} jobs of another, ${FEW} wait at most twice as long as alone (${name}: ${round(ratios[at] ?? 0)})`,
      kept: (ratios[at] ?? Infinity) <= 2,
    }))
  })
}

async function few(client: Client) {
  return await client.ended(await client.submitAll(jobsOf('few', FEW)))
}

/** Until so many wait behind each other. */
async function flood(client: Client): Promise<void> {
  for (let position = 0; position < WAITING; ) {
    const views = await client.submitAll(jobsOf('many', 50))
    position = Math.max(...views.map((view) => view.queue_position ?? 0))
  }
}

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0

async function byWeights(options: BenchOptions): Promise<Verdict[]> {
  const env = { api: { OWNER_WEIGHTS: 'light=1,heavy=3' } }
  // both have all of their jobs waiting before the first is served
  return await withCluster(options, { workers: 0, env }, async (client, cluster) => {
    await client.submitAll([...jobsOf('light', SERVED / 2), ...jobsOf('heavy', SERVED)])
    await cluster.addWorker().start()
    const jobs = await untilBegun(client, SERVED)
    const shares = sharesOf(jobs, SERVED)
    const [light = 0, heavy = 0] = [shares.get('light'), shares.get('heavy')]
    options.say(`\nweights 1 : 3, of the first ${SERVED} jobs\n`)
    options.say(
      toBars([
        ['light', light],
        ['heavy', heavy],
      ]),
    )
    const off = Math.abs(heavy / light / 3 - 1)
    return [
      {
        what: `weights 1 : 3 are shares within 5 % over ${SERVED} jobs (1 : ${round(heavy / light)})`,
        kept: off <= 0.05,
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
const URGENT = 150
/** Of these, there before the one that waits. */
const EARLIER = 20
/** Of all hosts: what is in them goes first. */
const SLOTS = 2 * HOSTS

async function underPriorities(options: BenchOptions): Promise<Verdict[]> {
  const without = await behindUrgent(options, {})
  const aging = await behindUrgent(options, { AGING: `${AGING}ms` })
  options.say(
    `\none job of priority 0, ${EARLIER} of priority 10 before it and ${URGENT - EARLIER} behind it\n`,
  )
  options.say(
    toTable(
      ['', 'wait, ms', 'began before it', `of these, when it had waited ${AGING} ms`],
      [
        ['no AGING', round(without.waitMs), without.before, without.late],
        [`AGING=${AGING}ms`, round(aging.waitMs), aging.before, aging.late],
      ],
    ),
  )
  return [
    {
      what: `without AGING all ${URGENT} of higher priority go first (${without.before})`,
      kept: without.before === URGENT,
    },
    {
      what: `with AGING=${AGING}ms, whoever has waited that long has the next slot, though of those with more priority many have waited as long (${aging.late} began before it)`,
      kept: aging.late <= SLOTS && aging.before < URGENT,
    },
  ]
}

async function behindUrgent(options: BenchOptions, worker: Record<string, string>) {
  return await withCluster(options, { env: { worker } }, async (client) => {
    await client.untilReady(HOSTS)
    const urgent = jobsOf('urgent', URGENT).map((job) => ({ ...job, priority: 10 }))
    await client.submitAll(urgent.slice(0, EARLIER))
    const low = await client.submit({ owner: 'patient', workflow: taking(JOB_MS) })
    await client.submitAll(urgent.slice(EARLIER))
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
