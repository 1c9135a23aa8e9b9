/** Collects the files of a finished prompt, in the order the host lists them, and reports each as it lands. */
import type { HostClient } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'
import type { HarvestFile } from '@safelight/store'
import { isPreview, lastPart } from './choose-outputs.ts'
import { type MissingFile, OutputMissing } from './errors.ts'
import { fetchOutput } from './fetch-output.ts'
import { keepOutput, type KeptOutput, type NewOutput, type OutputKeeping } from './keep-output.ts'

export interface CollectOptions {
  keeping: OutputKeeping
  /** By asset id; see choose-outputs.ts. */
  files: ReadonlyMap<string, HarvestFile>
  client: HostClient
  /** Waits between tries to fetch one. */
  retryMs: readonly number[]
  clock: Clock
  /** Called once per output, after its bytes and its record are stored. */
  onOutput(kept: KeptOutput, file: HarvestFile): Promise<void>
  /** One that the host had from before, and its file no longer: from our own store, if it is there. */
  findMade?: (file: HarvestFile, given: NewOutput) => Promise<KeptOutput | null>
  /** What only looked like a file is none. */
  onNone?: (file: HarvestFile) => void
  signal: AbortSignal
}

/** Files that are asked for again before the rest is only asked for once. */
const PATIENT_FOR = 3

/** One file that cannot be had does not keep the others: it is told at the end. @throws OutputMissing */
export async function collectOutputs(options: CollectOptions): Promise<void> {
  const missing: Missing[] = []
  for (const [id, file] of options.files) {
    // many that cannot be had must not hold up the job for the sum of their retries
    const patience = missing.length < PATIENT_FOR ? options.retryMs : []
    // what a host wrote long ago does not come up yet
    const retryMs = file.reused ? patience.slice(0, 1) : patience
    try {
      await collectOne({ ...options, retryMs }, id, file)
    } catch (error) {
      if (!(error instanceof OutputMissing) || error.reason === 'unreachable') throw error
      if (file.guessed) options.onNone?.(file)
      else missing.push({ error, file, named: toMissingFile(file, error.reason) })
    }
  }
  const [first, ...others] = missing
  if (first) throw toSummary(first, others)
}

async function collectOne(options: CollectOptions, id: string, file: HarvestFile): Promise<void> {
  const given = toNewOutput(id, file)
  const kept = await bringFile(options, file, given).catch(async (error: unknown) => {
    if (!isGone(error, file)) throw error
    const found = await options.findMade?.(file, given)
    if (found) return found
    throw error
  })
  await options.onOutput(kept, file)
}

type BringOptions = Pick<CollectOptions, 'keeping' | 'client' | 'retryMs' | 'clock' | 'signal'>

/** From the host into our store. @throws OutputMissing; and, as it is, what the store has to say */
export function bringFile(
  { keeping, client, retryMs, clock, signal }: BringOptions,
  file: HarvestFile,
  given: NewOutput,
): Promise<KeptOutput> {
  return fetchOutput({
    client,
    file,
    maxBytes: keeping.maxBytes,
    retryMs,
    clock,
    signal,
    keep: (body, sizeBytes) => keepOutput(keeping, given, { body, sizeBytes, signal }),
  })
}

export function toNewOutput(id: string, file: HarvestFile): NewOutput {
  const { node_id, filename, order, reused, width, height } = file
  const name = lastPart(filename)
  return { id, node_id, name, preview: isPreview(file), order, reused, width, height }
}

/** The host has the result still, and the file no longer. */
function isGone(error: unknown, { reused }: HarvestFile): boolean {
  return reused === true && error instanceof OutputMissing && error.reason === 'not_found'
}

interface Missing {
  error: OutputMissing
  file: HarvestFile
  named: MissingFile
}

/** A name may be anything a custom node wrote, and a node may list thousands. */
const MOST_NAMED = 100
const LONGEST_NAME = 200

function toMissingFile({ node_id, filename }: HarvestFile, reason: MissingFile['reason']) {
  return { node_id, name: lastPart(filename).slice(-LONGEST_NAME), reason }
}

function toSummary(first: Missing, others: readonly Missing[]): OutputMissing {
  const { error, named } = first
  const more = others.length > 0 ? ` ${others.length} more are missing.` : ''
  const files = [named, ...others.slice(0, MOST_NAMED - 1).map((other) => other.named)]
  // only then another run, which the host's cache does not answer, would make them all
  const reused = [first, ...others].every((one) => isGone(one.error, one.file))
  return new OutputMissing(error.reason, error.message + more, { files, reused, cause: error })
}
