/** What the jobs of a benchmark are: each its own, so that no host has its result already. */
import type { Workflow } from '@safelight/shared'

let color = 0

/** A picture that takes the host so long, in ms of its own time. */
export function taking(ms: number): Workflow {
  const steps = 4
  return {
    '1': emptyImage(),
    '2': {
      class_type: 'TraceSteps',
      inputs: { image: ['1', 0], steps, seconds: ms / 1_000 / steps },
    },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'bench' } },
  }
}

/** The same with a tick of progress every so often, whatever the speed of its host. All in ms of ours. */
export function ticking(
  ms: number,
  { everyMs, speed }: { everyMs: number; speed: number },
): Workflow {
  const steps = Math.round(ms / everyMs)
  return {
    '1': emptyImage(),
    '2': {
      class_type: 'TraceSteps',
      inputs: { image: ['1', 0], steps, seconds: (everyMs * speed) / 1_000 },
    },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'bench' } },
  }
}

/** Nothing but a picture that is saved. */
export function trivial(): Workflow {
  return {
    '1': emptyImage(),
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'bench' } },
  }
}

/** What takes a real host some tenths of a second, without a model: a picture made large and small again. */
export function scaling(): Workflow {
  const scaled = (image: [string, number], method: string, side: number) => ({
    class_type: 'ImageScale',
    inputs: { image, upscale_method: method, width: side, height: side, crop: 'disabled' },
  })
  return {
    '1': emptyImage(),
    '2': scaled(['1', 0], 'lanczos', 2_500),
    '3': scaled(['2', 0], 'area', 16),
    '4': { class_type: 'SaveImage', inputs: { images: ['3', 0], filename_prefix: 'bench' } },
  }
}

function emptyImage() {
  color = (color + 1) % 0x1000000
  return { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color } }
}

/** Text to image with the checkpoint. */
export function withModel(checkpoint: string, seed: number): Workflow {
  return {
    '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: checkpoint } },
    '2': { class_type: 'CLIPTextEncode', inputs: { text: 'a lighthouse', clip: ['1', 1] } },
    '3': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
    '4': {
      class_type: 'KSampler',
      inputs: {
        model: ['1', 0],
        positive: ['2', 0],
        negative: ['2', 0],
        latent_image: ['3', 0],
        seed,
        steps: 2,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
      },
    },
    '5': { class_type: 'VAEDecode', inputs: { samples: ['4', 0], vae: ['1', 2] } },
    '6': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'bench' } },
  }
}
