/** Who is frozen when, where nothing else happens to anybody: each process for itself, so that several are at once. Pure. */
import { createRandom, type Random } from '../testing/random.ts'
import type { Act, Cast, Target } from './schedule.ts'

/** Of one freeze: as often between 0.2 and 2 s as between 2 and 20. Longer than a lock of a ticket, and than a claim is fresh. */
export const FROZEN_MS = { atLeast: 200, upTo: 25_000 }
/** Between two freezes of the same process: others get to work meanwhile. */
const AWAKE_MS = { atLeast: 1_000, upTo: 12_000 }
/** Without a Redis nobody comes far. */
const REDIS_AWAKE_MS = { atLeast: 8_000, upTo: 30_000 }

export function planFreezes(seed: number, durationMs: number, cast: Cast): Act[] {
  const each = (count: number, name: 'api' | 'worker' | 'host') =>
    Array.from({ length: count }, (_, at): Target => `${name}-${at + 1}`)
  const targets: readonly Target[] = [
    'redis',
    ...each(cast.apis, 'api'),
    ...each(cast.workers, 'worker'),
    ...each(cast.hosts, 'host'),
  ]
  return targets
    .flatMap((target, at) => freezesOf(target, createRandom(seed + at * SEEDS_APART), durationMs))
    .toSorted((a, b) => a.atMs - b.atMs)
}

/** The dice of two processes are not those of two neighbouring seeds. */
const SEEDS_APART = 1_000_003

function freezesOf(target: Target, random: Random, durationMs: number): Act[] {
  const awake = target === 'redis' ? REDIS_AWAKE_MS : AWAKE_MS
  const pause = () => awake.atLeast + random.below(awake.upTo - awake.atLeast)
  const acts: Act[] = []
  for (let atMs = pause(); atMs < durationMs; ) {
    const forMs = toLength(random)
    acts.push({ atMs, target, blow: { kind: 'freeze' }, forMs })
    atMs += forMs + pause()
  }
  return acts
}

const STEPS = 1_000_000

function toLength(random: Random): number {
  const { atLeast, upTo } = FROZEN_MS
  return Math.round(atLeast * (upTo / atLeast) ** (random.below(STEPS) / STEPS))
}
