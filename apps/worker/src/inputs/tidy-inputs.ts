/**
 * Takes back the room of files that hosts were given and nobody needs any more. ComfyUI has no way to remove one: it is
 * overwritten with an empty file of the same name, which stays in the lists of its nodes.
 */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import type { AssetStore, StagedInputs } from '@safelight/store'
import type { Fleet } from '../hosts/fleet.ts'
import type { Host } from '../hosts/host.ts'

export interface TidyInputsOptions {
  fleet: Pick<Fleet, 'hosts'>
  staged: StagedInputs
  assets: Pick<AssetStore, 'demandOf'>
  now: () => Promise<number>
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
  const { fleet, timings, clock, log } = options
  return repeat({
    everyMs: timings.tidyInputsEveryMs,
    clock,
    async run() {
      for (const host of fleet.hosts) if (isIdle(host)) await tidy(options, host)
    },
    onError: (error) => log.debug({ err: error }, 'inputs on hosts not tidied yet'),
  })
}

/** What it holds it may have read already, or not: nothing is taken from under a prompt. */
function isIdle(host: Host): boolean {
  const { reachable, queueDepth } = host.state
  const { running, staged } = host.jobs()
  return reachable && queueDepth === 0 && running.length + staged.length === 0
}

async function tidy(options: TidyInputsOptions, { hostId, client }: Host): Promise<void> {
  const { staged, assets, now, log, timings } = options
  const nowMs = await now()
  for (const { name, hash } of await staged.unused(hostId, nowMs - timings.stagedGoneMs, AT_MOST)) {
    const demand = await assets.demandOf(hash)
    if (demand === 'held') continue
    const keptMs = demand === 'none' ? timings.stagedGoneMs : timings.stagedKeptMs
    // marked first: whoever needs it from now on waits, and hands it over anew
    if (!(await staged.beginEmptying(hostId, name, nowMs - keptMs))) continue
    await client.within(timings.unknownHostMs).upload({ name, size: 0, body: nothing() })
    await staged.forget(hostId, name)
    log.info({ hostId, name }, 'input on the host emptied: nobody needs it')
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // no bytes at all
}
