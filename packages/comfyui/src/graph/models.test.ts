import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { SAMPLER_WORKFLOW } from '../testing/host-messages.ts'
import { modelsOf } from './models.ts'

const node = (class_type: string, inputs: Record<string, unknown>): Workflow => ({
  [class_type]: { class_type, inputs },
})

describe('the models of a workflow', () => {
  it('are what its loaders name', () => {
    expect(modelsOf(SAMPLER_WORKFLOW)).toEqual(['a.safetensors'])
    expect(modelsOf({ '1': { class_type: 'EmptyImage', inputs: { width: 64 } } })).toEqual([])
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['CheckpointLoaderSimple', { ckpt_name: 'SDXL/base.safetensors' }, ['SDXL/base.safetensors']],
    ['UNETLoader', { unet_name: 'flux.sft', weight_dtype: 'default' }, ['flux.sft']],
    ['UnetLoaderGGUF', { unet_name: 'flux-Q4_K.gguf' }, ['flux-Q4_K.gguf']],
    [
      'DualCLIPLoader',
      { clip_name1: 't5xxl.safetensors', clip_name2: 'clip_l.safetensors', type: 'flux' },
      ['t5xxl.safetensors', 'clip_l.safetensors'],
    ],
    ['AnyLoader', { 'source.ckpt_name': 'a.safetensors', 'mode.x': 'b.png' }, ['a.safetensors']],
    ['VAELoader', { vae_name: 'ae.pt' }, ['ae.pt']],
    ['LoraLoader', { lora_name: 'ink.safetensors', strength_model: 1 }, ['ink.safetensors']],
    ['LoRA Stacker', { lora_name_1: 'a.safetensors', lora_name_2: 'None' }, ['a.safetensors']],
    ['UpscaleModelLoader', { model_name: '4x.pth' }, ['4x.pth']],
    ['ControlNetLoader', { control_net_name: 'canny.safetensors' }, ['canny.safetensors']],
    ['StyleModelLoader', { style_model_name: 'redux.safetensors' }, ['redux.safetensors']],
    ['AudioEncoderLoader', { audio_encoder_name: 'wav2vec.bin' }, ['wav2vec.bin']],
  ])('are known of a %s', (className, inputs, expected) => {
    expect(modelsOf(node(className, inputs))).toEqual(expected)
  })

  it.each<[string, Record<string, unknown>]>([
    ['a link', { ckpt_name: ['12', 0] }],
    ['a number', { ckpt_name: 7 }],
    ['no file', { vae_name: 'Baked VAE', lora_name: 'None', unet_name: '' }],
    ['a model of a remote service', { model_name: 'gpt-4.5' }],
    ['another file', { image: 'a.png', filename_prefix: 'x.y', sampler_name: 'euler.x' }],
    ['a text', { ckpt_name: `${'x'.repeat(300)}.safetensors` }],
  ])('are not %s', (_what, inputs) => {
    expect(modelsOf(node('Some Loader', inputs))).toEqual([])
  })

  it('are named once, in the order of the graph, and not without end', () => {
    const load = (ckpt_name: string) => ({ class_type: 'CheckpointLoader', inputs: { ckpt_name } })
    expect(modelsOf({ a: load('b.ckpt'), b: load('a.ckpt'), c: load('b.ckpt') })).toEqual([
      'b.ckpt',
      'a.ckpt',
    ])
    const many = Array.from({ length: 2_000 }, (_, at) => [`n${at}`, load(`${at}.ckpt`)])
    expect(modelsOf(Object.fromEntries(many))).toHaveLength(32)
  })
})
