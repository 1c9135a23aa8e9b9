/** Blows that last as long as their alert takes to fire, for a run that a Prometheus watches. Pure. */
import { createRandom } from '../testing/random.ts'
import type { Act, Blow, Target } from './schedule.ts'

export interface HeldPlan {
  /** For people. */
  what: string
  acts: readonly Act[]
  /** Alerts that must fire. */
  must: readonly string[]
}

const toAct =
  (blow: Blow, forMs: number) =>
  (target: Target): Act => ({ atMs: 0, target, blow, forMs })
const APIS: readonly Target[] = ['api-1', 'api-2']
const WORKERS: readonly Target[] = ['worker-1', 'worker-2', 'worker-3']
const HOSTS: readonly Target[] = ['host-1', 'host-2', 'host-3']
const kill = (forMs: number) => toAct({ kind: 'kill' }, forMs)

/** Each is longer than the `for` of its alerts, divided by `HURRY`, and what the product and a scrape take to notice. */
const HELD: readonly HeldPlan[] = [
  {
    what: 'every API away',
    acts: APIS.map(kill(24_000)),
    must: ['SafelightApiAway', 'SafelightProcessAway'],
  },
  {
    what: 'every worker away',
    acts: WORKERS.map(kill(60_000)),
    must: ['SafelightNoWorker', 'SafelightProcessAway'],
  },
  {
    what: 'a host away, and Redis at four fifths of its memory',
    acts: [
      kill(50_000)('host-1'),
      toAct({ kind: 'squeeze', poison: 'memory high' }, 62_000)('redis'),
    ],
    must: ['SafelightHostAway', 'SafelightRedisMemoryHigh'],
  },
  {
    what: 'every host away',
    acts: HOSTS.map(kill(35_000)),
    must: ['SafelightBacklogWithoutHosts'],
  },
  { what: 'Redis away', acts: [kill(14_000)('redis')], must: ['SafelightRedisAway'] },
  {
    what: 'Redis full',
    acts: [toAct({ kind: 'squeeze', poison: 'memory full' }, 20_000)('redis')],
    must: ['SafelightRedisMemoryFull'],
  },
  {
    what: 'the executor of a host dead',
    acts: [toAct({ kind: 'poison', poison: { executorDead: true } }, 60_000)('host-2')],
    must: ['SafelightHostQuarantined'],
  },
]

/** At most so much of a run. */
const PART = 0.55

/** @returns as many as fit, in the order in which the seed deals them */
export function planHeld(seed: number, durationMs: number): HeldPlan[] {
  const random = createRandom(seed)
  const left = [...HELD]
  const dealt = HELD.flatMap(() => left.splice(random.below(left.length), 1))
  let sum = 0
  return dealt.filter((held) => {
    if (sum + lastsMs(held) > durationMs * PART) return false
    sum += lastsMs(held)
    return true
  })
}

export const lastsMs = ({ acts }: HeldPlan) => Math.max(...acts.map(({ forMs }) => forMs))
