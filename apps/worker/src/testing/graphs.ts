/** Workflows for tests, made of nodes that real servers and the simulator have. */
import type { Workflow } from '@safelight/shared'

/** The usual picture: loader, prompts, sampler, decode, save. */
export function txt2img(options: { seed?: number; steps?: number } = {}): Workflow {
  const { seed = 1, steps = 8 } = options
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
        cfg: 2,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
      },
      _meta: { title: 'Sampler' },
    },
    '4': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: 'tiny_ckpt_full.safetensors' },
    },
    '5': {
      class_type: 'EmptySD3LatentImage',
      inputs: { width: 64, height: 64, batch_size: 1 },
    },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lighthouse', clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: 'blurry', clip: ['4', 1] } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'test' } },
  }
}

/** A picture that takes `steps * seconds`; the color makes it its own, so nothing is cached. */
export function slow(options: { color: number; steps?: number; seconds?: number }): Workflow {
  const { color, steps = 5, seconds = 0.01 } = options
  return {
    '1': {
      class_type: 'EmptyImage',
      inputs: { width: 32, height: 32, batch_size: 1, color },
    },
    '2': { class_type: 'TraceSteps', inputs: { image: ['1', 0], steps, seconds } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'slow' } },
  }
}

export function raising(kind: 'value_error' | 'oom'): Workflow {
  return {
    '1': {
      class_type: 'EmptyImage',
      inputs: { width: 32, height: 32, batch_size: 1, color: 7 },
    },
    '2': { class_type: 'TraceRaise', inputs: { image: ['1', 0], kind } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'never' } },
  }
}

/** Refused by every host: the output lacks its input. */
export function refused(): Workflow {
  return { '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } } }
}
