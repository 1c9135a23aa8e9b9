/** The ways of outputs into the job at hand: kept as its owner's, then told to its watchers. */
import type { HostClient } from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import { assetIdOf, type Decide, type HarvestFile } from '@safelight/store'
import { collectOutputs } from '../outputs/collect.ts'
import type { KeptOutput, OutputKeeping } from '../outputs/keep-output.ts'
import { createMadeBefore, type MadeBefore } from '../outputs/made-before.ts'
import type { Handling } from './handling.ts'
import { toOutputEvent } from './job-events.ts'

export interface JobKeeping {
  keeping: OutputKeeping
  /** Null when it is not known what runs. */
  before: MadeBefore | null
  /** @param file where the host has it; null for what was never a file there */
  announce: (kept: KeptOutput, file: HarvestFile | null) => Promise<void>
  /** It is one of many, and nobody waits for it. */
  announceSoon: (kept: KeptOutput, file: HarvestFile) => void
  /** All of those are on record. @throws what the store says of one that is not */
  announced: () => Promise<void>
}

export interface KeepingOptions {
  hostId: string
  workflow: Workflow | null
}

export function openKeeping(handling: Handling, { hostId, workflow }: KeepingOptions): JobKeeping {
  const { deps, jobId, writer, checkClaim, log } = handling
  const { blobs, assets, made, store, limits, retentionMs } = deps
  const keeping: OutputKeeping = {
    jobId,
    owner: writer.snapshot.owner,
    store: { blobs, assets },
    maxBytes: limits.maxOutputBytes,
    retentionMs,
    // asked when there is an output: the attempt at hand may not be noted yet
    ranBefore: (nodeId) => handling.lastAttempt?.ranBefore?.includes(nodeId) === true,
    now: () => store.now(),
    checkClaim: (signal) => checkClaim.recent(signal),
    onStored: (bytes, ms) => deps.emit('output:stored', { jobId, bytes, ms }),
  }
  const before = workflow && createMadeBefore({ hostId, workflow, keeping, assets, made, log })
  const told: Promise<unknown>[] = []
  return {
    keeping,
    before,
    async announce(kept, file) {
      const noted = file && before?.note(kept, file)
      await writer.append((snapshot) => toOutputEvent(snapshot, kept.output))
      await noted
    },
    announceSoon(kept, file) {
      const written = writer.appendOneOfMany((snapshot) => toOutputEvent(snapshot, kept.output))
      const telling = Promise.all([before?.note(kept, file), written])
      // whoever asks is told
      telling.catch(() => undefined)
      told.push(telling)
    },
    async announced() {
      writer.hurry()
      const results = await Promise.allSettled(told.splice(0))
      const failed = results.find(({ status }) => status === 'rejected')
      if (failed && 'reason' in failed) throw failed.reason
    },
  }
}

export interface BringOptions {
  client: HostClient
  files: readonly HarvestFile[]
  signal: AbortSignal
  onNone?: (file: HarvestFile) => void
}

/**
 * Fetches the files that are not on record yet, and tells of each as it is here, but for the last one.
 * @returns what there is to tell of that: it may be one step with what comes after
 * @throws OutputMissing, HostError and what the store says, all being told
 */
export async function bringOutputs(
  { deps, jobId, writer }: Pick<Handling, 'deps' | 'jobId' | 'writer'>,
  { keeping, before, announceSoon, announced }: JobKeeping,
  { client, files, signal, onNone }: BringOptions,
): Promise<Decide[]> {
  const kept = new Set(writer.snapshot.outputs.map(({ id }) => id))
  const left = files.flatMap((file) => {
    const id = assetIdOf(jobId, file)
    return kept.has(id) ? [] : [[id, file] as const]
  })
  const [lastId] = left.at(-1) ?? []
  let untold: Decide[] = []
  try {
    await collectOutputs({
      keeping,
      files: new Map(left),
      client,
      retryMs: deps.timings.fetchRetryMs,
      clock: deps.clock,
      async onOutput(kept, file) {
        if (kept.output.id !== lastId) return announceSoon(kept, file)
        await before?.note(kept, file)
        untold = [(snapshot) => toOutputEvent(snapshot, kept.output)]
      },
      ...(before && { findMade: (file, given) => before.find(file, given, signal) }),
      ...(onNone && { onNone }),
      signal,
    })
  } catch (error) {
    for (const decide of untold) await writer.append(decide)
    throw error
  } finally {
    // whatever comes next is decided on what is on record
    await announced()
  }
  return untold
}
