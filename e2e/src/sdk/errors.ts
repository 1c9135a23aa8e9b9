/** What goes wrong for programs that use the SDK, and as what they meet it. */
import { Comfy, ComfyError } from '@comfyorg/sdk'
import { ApiError, ComfyLow } from '@comfyorg/sdk/low'
import type { Args } from './scenarios.ts'

/** Nothing has this id. */
export const NOBODY = '00000000-0000-4000-8000-000000000000'
const EMPTY_HASH = `blake3:${'0'.repeat(64)}`
const REFERENCE = { __type: 'core/ASSET', info: { id: NOBODY } }

/** The error by its class, or what came in its place. */
export async function errorOf(what: Promise<unknown>) {
  try {
    return { none: await what }
  } catch (error) {
    if (error instanceof ComfyError)
      return { is: error.name, code: error.code, status: error.httpStatus }
    if (error instanceof ApiError)
      return { is: `low ${error.name}`, code: error.code, retryAfter: error.retryAfter }
    throw error
  }
}

/** Each class of error that a server like ours has a reason for. */
export async function errors({ url, failing }: Args) {
  const client = new Comfy()
  const low = new ComfyLow(url)
  const load = (value: unknown) =>
    client.workflows.fromJson({
      '1': { class_type: 'LoadImage', inputs: { image: value } },
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
    })
  return {
    job: await errorOf(client.jobs.get(NOBODY)),
    asset: await errorOf(client.assets.get(NOBODY)),
    deletion: await errorOf(client.assets.delete(NOBODY)),
    workflow: await errorOf(
      client.run(client.workflows.fromJson({ '1': { class_type: 'NoSuchNode', inputs: {} } })),
    ),
    editorHere: await errorOf(client.run(client.workflows.fromJson({ nodes: [], links: [] }))),
    editorThere: await errorOf(low.postJobs({ nodes: [], links: [] })),
    reference: await errorOf(client.run(load(REFERENCE))),
    malformed: await errorOf(client.run(load({ __type: 'core/ASSET' }))),
    hash: await errorOf(
      low.postAssets(new Blob(['x']), 'text/plain', 'x.txt', { expectedHash: EMPTY_HASH }),
    ),
    blob: await errorOf(low.assetFromHash(EMPTY_HASH)),
    failure: await errorOf(client.run(client.workflows.fromJson(failing))),
  }
}
