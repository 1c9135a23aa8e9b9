import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { createWorkReader } from './work.ts'

const load = { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'base.safetensors' } }
const latent = (inputs: object) => ({
  class_type: 'EmptyLatentImage',
  inputs: { width: 1000, height: 1000, batch_size: 1, ...inputs },
})

describe('what a node works with', () => {
  it('is what comes to it: the model by its loader, however many steps before, and the size of the latent', () => {
    const workOf = createWorkReader({
      '1': load,
      '2': {
        class_type: 'LoraLoader',
        inputs: { lora_name: 'style.safetensors', model: ['1', 0], clip: ['1', 1] },
      },
      '3': latent({ batch_size: 4 }),
      '4': { class_type: 'CLIPTextEncode', inputs: { text: 'a', clip: ['2', 1] } },
      '5': {
        class_type: 'KSampler',
        inputs: { positive: ['4', 0], model: ['2', 0], latent_image: ['3', 0] },
      },
      '6': { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } },
      '7': { class_type: 'ImageScaleBy', inputs: { image: ['6', 0], scale_by: 0.5 } },
    })
    const model = 'base.safetensors'
    expect(['1', '2', '4', '5', '6', '7'].map(workOf)).toEqual([
      { model, megapixels: null, loads: true },
      { model, megapixels: null, loads: true },
      { model, megapixels: null, loads: false },
      { model, megapixels: 4, loads: false },
      { model, megapixels: 4, loads: false },
      { model, megapixels: 1, loads: false },
    ])
  })

  it('counts frames, and numbers that come from a node of their own', () => {
    const workOf = createWorkReader({
      '1': { class_type: 'PrimitiveInt', inputs: { value: 2000 } },
      '2': { class_type: 'EmptyVideo', inputs: { width: ['1', 0], height: 500, length: 81 } },
    })
    expect(workOf('2').megapixels).toBe(81)
  })

  it.each([
    {},
    { width: 1e300, height: 1e300 },
    { width: -1, height: 5 },
    { width: 'a', height: 5 },
    { width: 1, height: 1, batch_size: Number.NaN },
    { width: 1e-300, height: 1e-300 },
  ])('is a number within bounds, or unknown, whatever was written: %j', (inputs) => {
    const { megapixels } = createWorkReader({ '1': { class_type: 'A', inputs } })('1')
    expect(megapixels ?? 1).toBeGreaterThanOrEqual(1e-5)
    expect(megapixels ?? 1).toBeLessThanOrEqual(1e7)
  })

  it('ends on a cycle, on a link to nowhere, and on a chain deeper than a stack', () => {
    const workflow: Workflow = {
      a: { class_type: 'A', inputs: { x: ['b', 0] } },
      b: { class_type: 'B', inputs: { x: ['a', 0], model: ['nobody', 0] } },
    }
    expect(createWorkReader(workflow)('a')).toEqual({ model: null, megapixels: null, loads: false })
    const chain = Array.from({ length: 50_000 }, (_, at) => [
      `${at + 1}`,
      { class_type: 'Pass', inputs: { image: [`${at}`, 0] } },
    ])
    const workOf = createWorkReader({ ...Object.fromEntries(chain), '0': latent({}) })
    expect(workOf('50000').megapixels).toBe(1)
  })
})
