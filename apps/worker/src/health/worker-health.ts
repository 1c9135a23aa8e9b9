/** What a worker tells probes: gathers what `judge.ts` judges. */
import type { Clock } from '@safelight/runtime'
import { outageOf } from '@safelight/store'
import { answersWithin } from '@safelight/telemetry'
import type { Redis } from 'ioredis'
import type { Fleet } from '../hosts/fleet.ts'
import type { WorkerTimings } from '../timings.ts'
import { judgeConsumption, judgeReadiness, type Reason } from './judge.ts'
import type { Pulse } from './pulse.ts'

export interface WorkerHealth {
  /** Empty: it lives. Anything else: start it anew. */
  live(): Reason[]
  /** Empty: it can work. */
  ready(): Promise<Reason[]>
}

export interface WorkerHealthOptions {
  redis: Redis
  fleet: Pick<Fleet, 'hosts'>
  pulse: Pulse
  isClosing: () => boolean
  timings: Pick<WorkerTimings, 'lookStuckMs' | 'readinessPingMs'>
  clock: Pick<Clock, 'steady' | 'after'>
}

export function createWorkerHealth(options: WorkerHealthOptions): WorkerHealth {
  const { redis, fleet, pulse, isClosing, timings, clock } = options
  let upAt = redis.status === 'ready' ? clock.steady() : null
  redis.on('ready', () => (upAt = clock.steady()))
  redis.on('close', () => (upAt = null))

  return {
    live: () =>
      judgeConsumption({
        // whoever stops looks no more
        loops: isClosing() ? [] : pulse.loops(),
        redisUpMs: upAt === null ? null : clock.steady() - upAt,
        stuckMs: timings.lookStuckMs,
      }),
    async ready() {
      const isUp = await answersWithin(redis, { ms: timings.readinessPingMs, clock })
      return judgeReadiness({
        isClosing: isClosing(),
        redisOutage: isUp ? null : outageOf(redis),
        hosts: fleet.hosts
          .filter(({ listing }) => !listing.leaving)
          .map((host) => host.condition.state),
      })
    },
  }
}
