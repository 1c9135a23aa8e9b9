/** What every handling of a job works with: opened here, closed by the scope. */
import { openBlobStore } from '@safelight/assets'
import {
  createHostClient,
  type HostPool,
  runPrompt as runSession,
  type RunPrompt,
} from '@safelight/comfyui'
import { type Scope, startWakingTime } from '@safelight/runtime'
import {
  createAssetStore,
  createDeadlines,
  createExtraDataOpener,
  createHostRegistry,
  createJobStore,
  createMadeOutputs,
  createNodeCosts,
  createOrphans,
  createStagedInputs,
  type Keys,
  watchConnection,
} from '@safelight/store'
import type { Redis } from 'ioredis'
import type { WorkerConfig } from './config.ts'
import { createLines } from './lines.ts'
import { createEndedPrompts } from './hosts/ended-prompts.ts'
import { createCostBook } from './job/cost-book.ts'
import { createStaging } from './inputs/stage-inputs.ts'
import { startTidyingInputs } from './inputs/tidy-inputs.ts'
import type { HandlingDeps } from './job/handling.ts'
import { startStoppingOrphans } from './job/stop-orphans.ts'
import { createSuspects } from './job/suspects.ts'
import { createUnknownMessages } from './job/unknown-messages.ts'

/** Jobs whose outputs are fetched from one host at a time: more would only share the same line. */
const CARRIED_AT_ONCE = 3

type Given = Pick<
  HandlingDeps,
  | 'fleet'
  | 'backlog'
  | 'tickets'
  | 'slotHolders'
  | 'deferred'
  | 'limits'
  | 'timings'
  | 'clock'
  | 'emit'
  | 'log'
>

export interface HandlingDepsOptions extends Given {
  config: WorkerConfig
  redis: Redis
  keys: Keys
  scope: Scope
  pool: HostPool
}

export async function openHandlingDeps(options: HandlingDepsOptions): Promise<HandlingDeps> {
  const { config, redis, keys, scope, pool, ...given } = options
  const { fleet, timings, clock, emit, log } = given
  const inStore = { redis, keys, timings: timings.store }
  const store = createJobStore({
    ...inStore,
    emit,
    retentionMs: config.RETENTION,
    deadLetterRetentionMs: config.DEAD_LETTER_RETENTION,
  })
  const deadlines = createDeadlines({ ...inStore, store, clock, log })
  scope.use(deadlines.startSweeper({ everyMs: timings.deadlinesEveryMs }))
  const patience = timings.unknownHostMs
  const connect = (hostId: string, hostUrl: string | null) => {
    const known = fleet.find(hostId)
    if (known) return known.client.within(patience)
    return hostUrl === null ? null : createHostClient(hostUrl, { pool, timeoutMs: patience })
  }
  // what a host has not said or done while this worker was frozen is not held against it
  const { now: waking } = scope.use(startWakingTime(clock))
  const sessionClock = { now: waking, after: clock.after }
  const runPrompt: RunPrompt = (prompt) => runSession({ clock: sessionClock, ...prompt })
  const orphans = createOrphans(inStore)
  const stopping = startStoppingOrphans({
    fleet,
    orphans,
    runPrompt,
    timings,
    clock,
    emit,
    log,
  })
  // a host that is being told to stop a prompt is told to the end
  const { stopMs, unreachableMs } = timings.orphan
  scope.defer(() => stopping.close(), timings.closeMs + Math.max(stopMs, unreachableMs))
  const blobs = scope.use(await openBlobStore(config))
  const assets = createAssetStore({ ...inStore, now: () => store.now() })
  const now = () => store.now()
  const staged = createStagedInputs({ ...inStore, now })
  scope.use(startTidyingInputs({ fleet, staged, assets, now, emit, timings, clock, log }))
  const costs = scope.use(
    createCostBook({
      store: createNodeCosts({ redis, keys }),
      freshMs: timings.costsFreshMs,
      writeEveryMs: timings.costsWriteMs,
      clock,
      log,
    }),
  )
  return {
    ...given,
    store,
    isRemembered: watchConnection(redis),
    hosts: createHostRegistry(inStore),
    runPrompt,
    connect,
    endedPrompts: scope.use(createEndedPrompts({ timings, clock, log })),
    deadlines,
    orphans,
    blobs,
    assets,
    staging: createStaging({ assets, blobs, staged, timings, clock, log }),
    carrying: createLines(CARRIED_AT_ONCE),
    made: createMadeOutputs({ redis, keys }),
    costs,
    openExtraData: createExtraDataOpener(config.SAFELIGHT_SECRET_KEY ?? null),
    unknownMessages: createUnknownMessages(emit),
    suspects: createSuspects({ store, waitMs: timings.suspectWaitMs, clock }),
    adoptWaitMs: config.ADOPT_WAIT,
    retentionMs: config.RETENTION,
  }
}
