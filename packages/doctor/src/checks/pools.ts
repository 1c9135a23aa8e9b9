/** Whether each pool that jobs wait in has hosts: a label that was misspelt or renamed holds up its jobs alone, while all else works. */
import { likeIt, toLine } from '@safelight/shared'
import { createHostRegistry, createKeys, createPoolLoads, toLabel } from '@safelight/store'
import type { Redis } from 'ioredis'
import { type Finding, ok, warn } from '../check.ts'

export interface PoolsOptions {
  namespace: string
  /** Of hosts that are listed here, whether or not a worker has reported them. */
  labels?: readonly string[]
}

const TOLD_AT_MOST = 5
const ADVICE =
  'give a host that label in the list of hosts, or put it right where jobs are submitted; these wait until their start deadline, or are canceled'

export async function lookAtPools(redis: Redis, options: PoolsOptions): Promise<Finding[]> {
  const keys = createKeys(options.namespace)
  const [{ waiting }, hosts] = await Promise.all([
    createPoolLoads({ redis, keys })(),
    createHostRegistry({ redis, keys }).list(),
  ])
  const labels = new Set([...(options.labels ?? []), ...hosts.flatMap((host) => host.labels)])
  const lost = [...waiting].flatMap(([pool, { jobs }]) => {
    const label = toLabel(pool)
    return label === null || labels.has(label) ? [] : [{ label, jobs }]
  })
  if (lost.length === 0) return [ok('pools', 'each that jobs wait in has hosts')]
  const most = lost.sort((one, other) => other.jobs - one.jobs).slice(0, TOLD_AT_MOST)
  const rest = lost.length - most.length
  return [
    ...most.map(({ label, jobs }) => {
      const wait = jobs === 1 ? '1 job waits' : `${jobs} jobs wait`
      const found = `${wait} for the pool '${toLine(label)}', and no host has that label${likeIt(label, labels)}`
      return warn('pools', { found, advice: ADVICE })
    }),
    ...(rest > 0 ? [warn('pools', { found: `${rest} more have no host`, advice: ADVICE })] : []),
  ]
}
