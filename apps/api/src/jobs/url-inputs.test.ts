import { findUrlInputs } from '@safelight/comfyui'
import { systemClock } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { createUrlInputs, type FetchOptions, refuseManyUrls } from './url-inputs.ts'

const A = 'https://pictures.example/a.png?secret=1'
const B = 'https://pictures.example/b.png'

const load = (image: string) => ({ class_type: 'LoadImage', inputs: { image } })

function open(
  fetchAsset: (url: string, options: FetchOptions) => Promise<{ id: string }>,
  fetchInputsMs = 60_000,
) {
  const fetchUrlInputs = createUrlInputs({
    fetchAsset,
    clock: systemClock,
    timings: { fetchInputsMs },
  })
  return (
    workflow: Record<string, ReturnType<typeof load>>,
    signal = new AbortController().signal,
  ) =>
    fetchUrlInputs(findUrlInputs(workflow, null), {
      text: JSON.stringify(workflow),
      owner: 'mia',
      signal,
    })
}

const untilAborted = ({ signal }: FetchOptions) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
  )

describe('addresses in place of files', () => {
  it('are fetched once each and replaced by references, and stay nowhere', async () => {
    const asked: [string, string][] = []
    const run = open(async (url, { owner }) => {
      asked.push([url, owner])
      return { id: `asset-${asked.length}` }
    })
    const { text, assetIds } = await run({ '1': load(A), '2': load(B), '3': load(A) })
    expect(asked).toEqual([
      [A, 'mia'],
      [B, 'mia'],
    ])
    expect(assetIds).toEqual(['asset-1', 'asset-2'])
    const reference = (id: string) => ({ __type: 'core/ASSET', info: { id } })
    const inputsOf = (id: string) => ({ class_type: 'LoadImage', inputs: { image: reference(id) } })
    expect(JSON.parse(text)).toEqual({
      '1': inputsOf('asset-1'),
      '2': inputsOf('asset-2'),
      '3': inputsOf('asset-1'),
    })
    expect(text).not.toContain('secret')
  })

  it('are told per node when they cannot be had, without the address', async () => {
    const run = open(async (url) => {
      if (url === B) return { id: 'b' }
      throw new ApiError('invalid_request', 'The server answered 404.')
    })
    const refusal = await run({ '1': load(A), '2': load(B) }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      code: 'missing_asset',
      message: 'A file could not be fetched. Node 1: image: The server answered 404.',
      details: {
        node_errors: {
          '1': { errors: [{ type: 'url_not_fetched', extra_info: { reason: 'invalid_request' } }] },
        },
      },
    })
    expect(JSON.stringify(refusal)).not.toContain('pictures.example')
  })

  it('are no fault of the workflow when it is the store that is away', async () => {
    const run = open(async () => {
      throw new ApiError('unavailable', 'Redis is away.')
    })
    await expect(run({ '1': load(A) })).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('may not take for ever', async () => {
    const run = open((_url, options) => untilAborted(options), 20)
    await expect(run({ '1': load(A) })).rejects.toMatchObject({
      code: 'missing_asset',
      details: { node_errors: { '1': { class_type: 'LoadImage' } } },
    })
  })

  it('are let go of when the client has gone', async () => {
    const gone = new AbortController()
    const run = open((_url, options) => untilAborted(options))
    const asked = run({ '1': load(A) }, gone.signal)
    gone.abort(new Error('gone'))
    await expect(asked).rejects.toThrow('gone')
  })

  it('may not be more than a submission can wait for', () => {
    const many = Object.fromEntries(
      Array.from({ length: 17 }, (_, at) => [`${at}`, load(`${A}${at}`)]),
    )
    expect(() => refuseManyUrls(findUrlInputs(many, null))).toThrow(
      expect.objectContaining({ code: 'invalid_workflow' }),
    )
  })
})
