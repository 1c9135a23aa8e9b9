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

const loop = (iterations: number) => ({
  mode: 'simple',
  'mode.num_iterations': iterations,
  cache_iterations: false,
})

/** Start Loop 1 → steps 2 → saved 3 → End Loop 4 → seen in 5: one picture per iteration, and the last of them. */
export function looping(iterations: number, seconds: number): Workflow {
  return {
    '0': { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color: 0 } },
    '1': {
      class_type: 'StartLoop',
      inputs: { ...loop(iterations), initial_iteration_value: ['0', 0] },
    },
    '2': { class_type: 'TraceSteps', inputs: { image: ['1', 4], steps: 2, seconds } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'loop' } },
    '4': {
      class_type: 'EndLoop',
      inputs: {
        output_value: ['2', 0],
        next_iteration_value: ['2', 0],
        accumulate: false,
        'terminations.termination0': ['3', 0],
      },
    },
    '5': { class_type: 'PreviewImage', inputs: { images: ['4', 0] } },
  }
}

/** Outer loop 1…6 around inner loop 2…5, of which 3 makes steps and 4 saves. */
export function nestedLooping(iterations: number, seconds: number): Workflow {
  return {
    '0': { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color: 0 } },
    '1': {
      class_type: 'StartLoop',
      inputs: { ...loop(iterations), initial_iteration_value: ['0', 0] },
    },
    '2': {
      class_type: 'StartLoop',
      inputs: {
        ...loop(iterations),
        parent_iteration: ['1', 0],
        initial_iteration_value: ['1', 4],
      },
    },
    '3': { class_type: 'TraceSteps', inputs: { image: ['2', 4], steps: 2, seconds } },
    '4': { class_type: 'SaveImage', inputs: { images: ['3', 0], filename_prefix: 'nested' } },
    '5': {
      class_type: 'EndLoop',
      inputs: {
        output_value: ['3', 0],
        accumulate: false,
        'terminations.termination0': ['4', 0],
      },
    },
    '6': { class_type: 'EndLoop', inputs: { output_value: ['5', 0], accumulate: true } },
    '7': { class_type: 'PreviewImage', inputs: { images: ['6', 0] } },
  }
}
