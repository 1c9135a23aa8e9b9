/**
 * What hosts have made, by what made it. A host that has a result still does not run for it, and names the file that it
 * once wrote: when that is gone, its bytes may be here, as some job's output.
 */
import { assetIdsOf, findReferences } from '@safelight/comfyui'
import type { Logger } from '@safelight/runtime'
import type { Workflow } from '@safelight/shared'
import type { AssetStore, HarvestFile, MadeOutputs } from '@safelight/store'
import {
  type KeptOutput,
  type NewOutput,
  type OutputKeeping,
  toAsset,
  toOutput,
} from './keep-output.ts'
import { createSigner, outputSignature } from './signature.ts'

export interface MadeBefore {
  /** An output is stored. On its way to be noted when it resolves; never throws: it is only a help. */
  note(kept: KeptOutput, file: HarvestFile): Promise<void>
  /** @returns the output made anew over the bytes that are here; null when they are not */
  find(file: HarvestFile, given: NewOutput, signal: AbortSignal): Promise<KeptOutput | null>
}

export interface MadeBeforeDeps {
  hostId: string
  workflow: Workflow
  keeping: OutputKeeping
  assets: Pick<AssetStore, 'loadMany' | 'mintOver'>
  made: MadeOutputs
  log: Logger
}

export function createMadeBefore(deps: MadeBeforeDeps): MadeBefore {
  const { hostId, workflow, keeping, assets, made, log } = deps
  let signer: Promise<(nodeId: string) => string | null> | null = null

  async function openSigner() {
    const ids = assetIdsOf(findReferences(workflow))
    const found = ids.length > 0 ? await assets.loadMany(ids) : []
    const hashes = new Map(found.flatMap((asset) => (asset ? [[asset.id, asset.hash]] : [])))
    return createSigner(workflow, (id) => hashes.get(id) ?? null)
  }

  async function signatureOf(file: HarvestFile): Promise<string | null> {
    signer ??= openSigner()
    const sign = await signer
    const whole = sign(file.node_id)
    return whole === null ? null : outputSignature(whole, { hostId, file })
  }

  const tell = (error: unknown) => log.debug({ err: error }, 'output not noted')

  return {
    async note({ asset, output }, file) {
      try {
        const signature = await signatureOf(file)
        if (signature === null) return
        const { hash, size_bytes, content_type, type, width, height } = asset
        const { text } = output
        const facts = { hash, size_bytes, content_type, type, width, height, text }
        made.note(signature, facts, keeping.retentionMs).catch(tell)
      } catch (error) {
        tell(error)
      }
    },

    async find(file, given, signal) {
      const signature = await signatureOf(file)
      const facts = signature === null ? null : await made.find(signature)
      if (!facts) return null
      const { text, ...known } = facts
      await keeping.checkClaim(signal)
      const asset = toAsset(keeping, given, { ...known, nowMs: await keeping.now() })
      const minted = await assets.mintOver(asset)
      return minted && { asset: minted, output: toOutput(keeping, minted, { ...given, text }) }
    },
  }
}
