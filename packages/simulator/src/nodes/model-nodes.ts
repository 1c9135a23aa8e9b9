/** Nodes that load models and read prompts. */
import type { NodeDefinition } from './node-class.ts'
import { type ConditioningValue, type ModelValue, readString, readValue } from './values.ts'

const ENCODE_MS = 100
const LORA_MS = 200

const checkpointLoader: NodeDefinition = {
  name: 'CheckpointLoaderSimple',
  displayName: 'Load Checkpoint',
  description: 'Loads a diffusion model checkpoint, diffusion models are used to denoise latents.',
  category: 'loaders',
  inputs: ({ models }) => ({
    required: {
      ckpt_name: [
        models.in('checkpoints') ?? [],
        { tooltip: 'The name of the checkpoint (model) to load.' },
      ],
    },
  }),
  outputs: [
    { type: 'MODEL', tooltip: 'The model used for denoising latents.' },
    { type: 'CLIP', tooltip: 'The CLIP model used for encoding text prompts.' },
    {
      type: 'VAE',
      tooltip: 'The VAE model used for encoding and decoding images to and from latent space.',
    },
  ],
  async run(inputs, context) {
    const name = readString(inputs, 'ckpt_name')
    const loadMs = context.loadedModels.costOf(name)
    if (loadMs > 0) {
      context.announceActivity('loading')
      await context.sleep(loadMs)
    }
    context.loadedModels.use(name)
    const model: ModelValue = { kind: 'model', name }
    return { outputs: [model, model, model] }
  },
}

const textEncode: NodeDefinition = {
  name: 'CLIPTextEncode',
  displayName: 'CLIP Text Encode (Prompt)',
  category: 'conditioning',
  inputs: {
    required: {
      text: [
        'STRING',
        { multiline: true, dynamicPrompts: true, tooltip: 'The text to be encoded.' },
      ],
      clip: ['CLIP', { tooltip: 'The CLIP model used for encoding the text.' }],
    },
  },
  outputs: [{ type: 'CONDITIONING' }],
  async run(inputs, context) {
    readValue(inputs, 'clip', 'model')
    await context.sleep(ENCODE_MS)
    const encoded: ConditioningValue = { kind: 'conditioning', text: readString(inputs, 'text') }
    return { outputs: [encoded] }
  },
}

const loraLoader: NodeDefinition = {
  name: 'LoraLoader',
  displayName: 'Load LoRA',
  category: 'loaders',
  inputs: ({ models }) => ({
    required: {
      model: ['MODEL'],
      clip: ['CLIP'],
      lora_name: [models.in('loras') ?? [], { tooltip: 'The name of the LoRA.' }],
      strength_model: ['FLOAT', { default: 1, min: -100, max: 100, step: 0.01 }],
      strength_clip: ['FLOAT', { default: 1, min: -100, max: 100, step: 0.01 }],
    },
  }),
  outputs: [{ type: 'MODEL' }, { type: 'CLIP' }],
  async run(inputs, context) {
    const lora = readString(inputs, 'lora_name')
    await context.sleep(LORA_MS)
    const withLora = (from: ModelValue): ModelValue => ({ ...from, name: `${from.name}+${lora}` })
    return {
      outputs: [
        withLora(readValue(inputs, 'model', 'model')),
        withLora(readValue(inputs, 'clip', 'model')),
      ],
    }
  },
}

export const MODEL_NODES: readonly NodeDefinition[] = [checkpointLoader, textEncode, loraLoader]
