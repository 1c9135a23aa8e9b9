/** Workflows for tests, made of nodes that real servers and the simulator have. */
import type { Workflow } from '@safelight/shared'
import { textToImage } from '@safelight/simulator/testing'

/** With a node that has a title. */
export function txt2img(options: { seed?: number; steps?: number } = {}): Workflow {
  const { seed = 1, steps = 8 } = options
  const checkpoint = 'tiny_ckpt_full.safetensors'
  const graph = textToImage({ text: 'a lighthouse', seed, steps, checkpoint })
  return { ...graph, '3': { ...graph['3'], _meta: { title: 'Sampler' } } }
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
