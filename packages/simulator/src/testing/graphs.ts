/** Small workflows for tests, made of nodes that real servers have and of the traces' own. */

export interface TextToImage {
  readonly text: string
  readonly seed: number
  readonly steps?: number
  readonly size?: number
  readonly checkpoint?: string
}

/** The usual picture: loader, prompts, sampler, decode, save. */
export function textToImage({
  text,
  seed,
  steps = 2,
  size = 64,
  checkpoint = 'sd_xl_base_1.0.safetensors',
}: TextToImage) {
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
      inputs: { ckpt_name: checkpoint },
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

export interface LoopGraph {
  readonly iterations: number
  readonly accumulate?: boolean
  /** Of each step. */
  readonly seconds?: number
}

const loop = (iterations: number) => ({
  mode: 'simple',
  'mode.num_iterations': iterations,
  cache_iterations: false,
})

/** Start Loop 1 → steps 2 → saved 3 → End Loop 4 → seen in 5: one picture per iteration, and the last of them. */
export function savingLoop({ iterations, accumulate = false, seconds = 0 }: LoopGraph) {
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
        accumulate,
        'terminations.termination0': ['3', 0],
      },
    },
    '5': { class_type: 'PreviewImage', inputs: { images: ['4', 0] } },
  }
}

/** Outer loop 1…6 around inner loop 2…5, of which 3 makes steps and 4 saves. */
export function nestedLoop(outer: number, inner: number, seconds = 0) {
  return {
    '0': { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color: 0 } },
    '1': {
      class_type: 'StartLoop',
      inputs: { ...loop(outer), initial_iteration_value: ['0', 0] },
    },
    '2': {
      class_type: 'StartLoop',
      inputs: {
        ...loop(inner),
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
