/**
 * Gives hosts the files that workflows refer to. Each content is put into a host's input folder once, and known to be
 * there while the host says so: it is asked for the size under that name, at most now and then.
 */
import { type ReadDeps, readAsset } from '@safelight/assets'
import { type HostClient, HostError } from '@safelight/comfyui'
import { type Clock, type Logger, sleep } from '@safelight/runtime'
import type { Asset } from '@safelight/shared'
import type { AssetStore, StagedInputs } from '@safelight/store'
import { InputMissing, InputTooLarge } from './errors.ts'
import { toInputName } from './input-name.ts'
import { createSharedWork } from './shared-work.ts'

export interface StagingDeps {
  assets: Pick<AssetStore, 'loadMany' | 'blobOf'>
  blobs: ReadDeps['blobs']
  staged: StagedInputs
  clock: Clock
  log: Logger
  timings: {
    /** A host that has just said that a file is there need not be asked again. */
    stagedFreshMs: number
    /** Waits between tries to hand over a file. */
    fetchRetryMs: readonly number[]
    /** Before looking again at a file that is being removed. */
    storePauseMs: number
  }
}

export interface StagingHost {
  hostId: string
  client: Pick<HostClient, 'upload' | 'inputSize'>
  /** The host is asked for each file, also when it said just now that it has it. */
  unsure?: boolean
}

export interface Staging {
  /**
   * @returns by asset id: how the host's nodes name the file
   * @throws InputMissing, InputTooLarge, HostError; and what the stores have to say
   */
  stage(
    host: StagingHost,
    assetIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>
  /** The host has refused these names, so it does not have the files any more. */
  forget(hostId: string, names: readonly string[]): Promise<void>
}

/** At once, for one job. */
const SIDE_BY_SIDE = 4
/** Of what is remembered to have been seen just now. */
const MOST_REMEMBERED = 10_000

export function createStaging(deps: StagingDeps): Staging {
  const { assets, staged, clock, timings } = deps
  const share = createSharedWork<string>()
  /** By host and name, until when (steady ms) it need not be looked at. */
  const fresh = new Map<string, number>()

  async function ensure(host: StagingHost, asset: Asset, signal: AbortSignal): Promise<string> {
    const { hostId } = host
    const name = toInputName(asset)
    const key = toKey(hostId, name)
    // whoever is handing it over is not done twice: he asks the host, too
    if (host.unsure) fresh.delete(key)
    const errand: Errand = {
      host,
      asset,
      name,
      wasSeen: () => (fresh.get(key) ?? 0) > clock.steady(),
      onThere,
    }
    return share(key, (stop) => bring(deps, errand, stop), signal)

    function onThere(): void {
      if (fresh.size >= MOST_REMEMBERED) fresh.clear()
      fresh.set(key, clock.steady() + timings.stagedFreshMs)
    }
  }

  return {
    async stage(host, assetIds, signal) {
      const loaded = await assets.loadMany(assetIds)
      const wanted = assetIds.map((id, at) => {
        const asset = loaded[at]
        if (!asset) throw new InputMissing(id, 'record')
        return asset
      })
      const names = new Map<string, string>()
      const left = wanted.values()
      const one = new AbortController()
      const both = AbortSignal.any([signal, one.signal])
      async function bringNext(): Promise<void> {
        for (const asset of left) names.set(asset.id, await ensure(host, asset, both))
      }
      try {
        await Promise.all(Array.from({ length: SIDE_BY_SIDE }, bringNext))
      } catch (error) {
        // the first to fail is what is told; the others need not go on
        one.abort(error)
        throw error
      }
      return names
    },
    async forget(hostId, names) {
      for (const name of names) {
        fresh.delete(toKey(hostId, name))
        await staged.forget(hostId, name)
      }
    },
  }
}

interface Errand {
  host: StagingHost
  asset: Asset
  name: string
  /** The host said just now that it has it. */
  wasSeen: () => boolean
  /** The host has it, as it says itself. */
  onThere: () => void
}

async function bring(deps: StagingDeps, errand: Errand, signal: AbortSignal): Promise<string> {
  const { staged, clock, timings, log } = deps
  const { host, asset, name, wasSeen, onThere } = errand
  const { hostId, client } = host
  let known = await staged.need(hostId, name)
  while (known === 'emptying') {
    await sleep(clock, timings.storePauseMs, signal)
    known = await staged.need(hostId, name)
  }
  if (known && wasSeen()) return name
  if (known && (await sizeThere(client, name, signal)) === asset.size_bytes) {
    onThere()
    return name
  }
  const given = await handOver(deps, errand, signal)
  log.info({ hostId, assetId: asset.id, name, bytes: asset.size_bytes }, 'input handed to the host')
  // one that gives names of its own is asked to take it each time
  if (given !== name) return given
  await staged.note(hostId, name, toStaged(asset))
  onThere()
  return name
}

/** Null when there is no such file, and when the host does not tell: then it is given the file once more. */
async function sizeThere(
  client: StagingHost['client'],
  name: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return await client.inputSize(name, signal)
  } catch (error) {
    if (error instanceof HostError && error.code === 'bad_status') return null
    throw error
  }
}

async function handOver(deps: StagingDeps, errand: Errand, signal: AbortSignal): Promise<string> {
  const { clock, timings } = deps
  for (let tries = 0; ; tries += 1) {
    try {
      return await handOverOnce(deps, errand, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof HostError)) throw error
      const { id, size_bytes: bytes } = errand.asset
      if (error.code === 'too_large') throw new InputTooLarge(id, bytes)
      const waitMs = timings.fetchRetryMs[tries]
      if (waitMs === undefined || error.code === 'unauthorized') throw error
      await sleep(clock, waitMs, signal)
    }
  }
}

async function handOverOnce(
  deps: StagingDeps,
  { host, asset, name }: Errand,
  signal: AbortSignal,
): Promise<string> {
  const read = await readAsset(deps, asset, { signal })
  if (!read) throw new InputMissing(asset.id, 'bytes')
  const { body, size } = read
  try {
    return await host.client.upload({ name, size, body }, signal)
  } finally {
    body.destroy()
  }
}

function toKey(hostId: string, name: string): string {
  return `${hostId} ${name}`
}

function toStaged({ hash, size_bytes: size }: Asset) {
  return { hash, size }
}
