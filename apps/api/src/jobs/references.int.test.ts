import { randomUUID } from 'node:crypto'
import { newAsset } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { assertContract } from '../testing/contract.ts'
import { post, readError } from '../testing/http.ts'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const reference = (id: unknown) => ({ __type: 'core/ASSET', info: { id } })
const load = (image: unknown) => ({
  '1': { class_type: 'LoadImage', inputs: { image } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
})
const submit = (workflow: unknown) => post(`${stack.api.url}/api/v2/jobs`, { workflow })

async function upload(): Promise<string> {
  const asset = newAsset()
  await stack.assets.mint(asset, { key: await stack.assets.begin(), size: asset.size_bytes })
  return asset.id
}

describe('a workflow that refers to an asset', () => {
  it('is accepted as it was sent, and holds the asset', async () => {
    const id = await upload()
    const answer = await submit(load(reference(id)))
    expect(answer.status).toBe(201)
    const { id: jobId } = await answer.json()
    expect(await stack.store.loadWorkflow(jobId)).toEqual(load(reference(id)))
    expect(await stack.assets.remove(id)).toBe('in_use')
  })

  it('is refused when there is no such asset, in the words of the contract and per node', async () => {
    const id = randomUUID()
    const answer = await submit(load(reference(id)))
    expect(answer.status).toBe(422)
    const error = await readError(answer)
    assertContract('ErrorEnvelope', { error })
    expect(error).toMatchObject({
      code: 'missing_asset',
      message: `Node 1: image: there is no asset ${id}.`,
      details: {
        node_errors: {
          '1': {
            class_type: 'LoadImage',
            errors: [{ type: 'missing_asset', extra_info: { input_name: 'image', asset_id: id } }],
          },
        },
      },
    })
    expect((await stack.store.list({ limit: 9 })).jobs).toEqual([])
  })

  it.each([[undefined], [''], [7], ['photo.png'], [`${randomUUID()}:holds`]])(
    'is refused when the reference is malformed: id %j',
    async (id) => {
      const answer = await submit(load(reference(id)))
      expect(answer.status).toBe(422)
      expect(await readError(answer)).toMatchObject({ code: 'missing_asset' })
    },
  )

  it('is refused when it refers to more than a host is ever given', async () => {
    const id = await upload()
    const answer = await submit(load(Array.from({ length: 300 }, () => reference(id))))
    expect(await readError(answer)).toMatchObject({ code: 'invalid_workflow' })
  })
})

it('a dead letter whose input is gone is not replayed, and stays listed', async () => {
  const id = await upload()
  const { id: jobId } = await (await submit(load(reference(id)))).json()
  await stack.append(jobId, { type: 'status', status: 'running', phase: 'preparing' })
  await stack.append(jobId, { type: 'status', status: 'failed', phase: null, deadLetter: true })
  expect(await stack.assets.remove(id)).toBe('removed')
  const letter = `${stack.api.url}/api/v2/dead-letters/${jobId}`
  const answer = await post(`${letter}/replay`, {})
  expect(answer.status).toBe(422)
  expect(await readError(answer)).toMatchObject({
    code: 'missing_asset',
    details: { asset_ids: [id] },
  })
  expect((await fetch(letter)).status).toBe(200)
})
