/**
 * Takes back the room of files that hosts were given and nobody needs any more. ComfyUI has no way to remove one: it is
 * overwritten with an empty file of the same name, which stays in the lists of its nodes.
 */
import { type Clock, type Emit, type Logger, repeat, type WorkerEvents } from '@safelight/runtime'
import type { AssetStore, StagedInputs } from '@safelight/store'
import type { Fleet } from '../hosts/fleet.ts'
import type { Host } from '../hosts/host.ts'

export interface TidyInputsOptions {
  fleet: Pick<Fleet, 'hosts'>
  staged: StagedInputs
  assets: Pick<AssetStore, 'demandOf'>
  now: () => Promise<number>
  /** Told of each round that went through all idle hosts. */
  emit: Emit<WorkerEvents>
  clock: Clock
  log: Logger
  timings: {
    tidyInputsEveryMs: number
    /** How long a file stays on a host that no job has needed since. */
    stagedKeptMs: number
    /** The same of one whose assets are all gone. */
    stagedGoneMs: number
    unknownHostMs: number
  }
}

/** Looked at on one host in one round. */
const AT_MOST = 100

/** Several workers may do so at once: each file is emptied by the one that marks it. */
export function startTidyingInputs(options: TidyInputsOptions): { close(): Promise<void> } {
  const { fleet, timings, emit, clock, log } = options
  const onError = (error: unknown) => log.debug({ err: error }, 'inputs on hosts not tidied yet')
  return repeat({
    everyMs: timings.tidyInputsEveryMs,
    clock,
    async run() {
      let removed = 0
      let isWhole = true
      for (const host of fleet.hosts) {
        // now: those before it may have taken their time
        if (!isIdle(host)) continue
        try {
          removed += await tidy(options, host)
        } catch (error) {
          // a host that takes no file keeps no other from being tidied
          isWhole = false
          onError(error)
        }
      }
      if (isWhole) emit('housekeeping:swept', { kind: 'staged_inputs', removed })
    },
    onError,
  })
}

/** What it holds it may have read already, or not: nothing is taken from under a prompt. */
function isIdle(host: Host): boolean {
  const { reachable, queueDepth } = host.state
  const { running, staged } = host.jobs()
  return reachable && queueDepth === 0 && running.length + staged.length === 0
}

/** @returns how many files were emptied */
async function tidy(options: TidyInputsOptions, { hostId, client }: Host): Promise<number> {
  const { staged, assets, now, log, timings } = options
  const nowMs = await now()
  let emptied = 0
  for (const { name, hash } of await staged.unused(hostId, nowMs - timings.stagedGoneMs, AT_MOST)) {
    const demand = await assets.demandOf(hash)
    if (demand === 'held') continue
    const keptMs = demand === 'none' ? timings.stagedGoneMs : timings.stagedKeptMs
    // marked first: whoever needs it from now on waits, and hands it over anew
    if (!(await staged.beginEmptying(hostId, name, nowMs - keptMs))) continue
    await client.within(timings.unknownHostMs).upload({ name, size: 0, body: nothing() })
    await staged.forget(hostId, name)
    emptied += 1
    log.info({ hostId, name }, 'input on the host emptied: nobody needs it')
  }
  return emptied
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // no bytes at all
}
