/** What ends each kind of thing that is kept: its time and the setting that says so, or what else bounds it, and who sweeps it. */
import { WRITE_MS } from '@safelight/assets'
import type { RetainedKind, SweptKind } from '@safelight/shared'
import { RETAINED_AT_MOST, type StoreTimings, SWEEP_EVERY_MS } from '@safelight/store'
import type { ApiConfig } from '../config.ts'

export interface Rule {
  /** In words. */
  until: string
  /** ms; null where it is no matter of time, or `never`. */
  retentionMs: number | null
  setting: keyof ApiConfig | null
  atMost: number | null
  /** ms between two sweeps of one process; null where nobody need sweep. */
  everyMs: number | null
}

export type Rules = Readonly<Record<RetainedKind, Rule>>

type Settings = Pick<
  ApiConfig,
  'RETENTION' | 'DEAD_LETTER_RETENTION' | 'ASSET_RETENTION' | 'JANITOR_EVERY'
>

export function createRules(config: Settings, timings: StoreTimings): Rules {
  const kept = (until: string, rule: Partial<Rule> = {}): Rule => ({
    until,
    retentionMs: null,
    setting: null,
    atMost: null,
    everyMs: null,
    ...rule,
  })
  const everyMs = config.JANITOR_EVERY
  const swept = {
    jobs: kept('that long after their end; their outputs go with them', {
      retentionMs: config.RETENTION,
      setting: 'RETENTION',
      everyMs,
    }),
    dead_letters: kept('that long after they failed, unless replayed or discarded', {
      retentionMs: config.DEAD_LETTER_RETENTION,
      setting: 'DEAD_LETTER_RETENTION',
      everyMs,
    }),
    assets: kept(
      'that long after the upload or its last use; an output with the record of its job',
      {
        retentionMs: config.ASSET_RETENTION,
        setting: 'ASSET_RETENTION',
        everyMs,
      },
    ),
    unneeded_bytes: kept('the next sweep', { retentionMs: 0, everyMs }),
    writes: kept('they are done, or given up', { retentionMs: WRITE_MS, everyMs }),
    broken_parts: kept('that long after the write began', { retentionMs: WRITE_MS, everyMs }),
    staged_inputs: kept('a day after the last job that needed them, once their host is idle', {
      everyMs: SWEEP_EVERY_MS.staged_inputs,
    }),
    pools: kept('no known host has them and no job waits in them', {
      everyMs: SWEEP_EVERY_MS.pools,
    }),
  } satisfies Record<SweptKind, Rule>
  const byRedis = (until: string, retentionMs: number) => kept(until, { retentionMs })
  return {
    ...swept,
    event_streams: byRedis('that long after the end of their job', timings.streamAfterEndMs),
    idempotency_keys: byRedis('that long after their first use', timings.idempotencyMs),
    secrets: byRedis('the end of their job, and never longer than that', timings.secretsMs),
    previews: byRedis('that long after the last one', timings.previewKeptMs),
    orphans: byRedis('they are stopped; or that long after the last', timings.orphanKeptMs),
    host_reports: byRedis(
      'that long after the last; of a drained host longer',
      timings.hostKnownMs,
    ),
    owners: kept('they are cut; so many for each pool', { atMost: RETAINED_AT_MOST.owners }),
    node_costs: kept('they are cut: those measured longest ago go', {
      atMost: RETAINED_AT_MOST.node_costs,
    }),
  }
}
