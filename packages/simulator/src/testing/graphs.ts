/** Small workflows for tests. */

export interface TextToImage {
  readonly text: string
  readonly seed: number
  readonly steps?: number
  readonly size?: number
}

export function textToImage({ text, seed, steps = 2, size = 64 }: TextToImage) {
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
        seed,
        steps,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
      },
    },
    '4': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: 'sd_xl_base_1.0.safetensors' },
    },
    '5': {
      class_type: 'EmptyLatentImage',
      inputs: { width: size, height: size, batch_size: 1 },
    },
    '6': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: 'blurry', clip: ['4', 1] } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': {
      class_type: 'SaveImage',
      inputs: { images: ['8', 0], filename_prefix: 'test' },
    },
  }
}

export function slowSteps(steps: number, seconds: number) {
  return {
    '1': {
      class_type: 'EmptyImage',
      inputs: { width: 16, height: 16, batch_size: 1, color: 0 },
    },
    '2': { class_type: 'TraceSteps', inputs: { image: ['1', 0], steps, seconds } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'slow' } },
  }
}
