/** Workflows for breaking things: each its own, so that no host has its result already. */
import { randomInt } from 'node:crypto'
import type { Workflow } from '@safelight/shared'

const COLORS = 0xffffff

/** A picture that takes `steps * seconds` of the host's time. */
export function slow({ steps = 20, seconds = 1, color = randomInt(COLORS) } = {}): Workflow {
  return {
    '1': emptyImage(color),
    '2': { class_type: 'TraceSteps', inputs: { image: ['1', 0], steps, seconds } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'slow' } },
  }
}

/** Over as soon as it has begun. */
export const brief = () => slow({ steps: 1, seconds: 0.01 })

/** Fails on the host, at its second node. */
export function raising(kind: 'value_error' | 'oom', color = randomInt(COLORS)): Workflow {
  return {
    '1': emptyImage(color),
    '2': { class_type: 'TraceRaise', inputs: { image: ['1', 0], kind } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'never' } },
  }
}

function emptyImage(color: number) {
  return { class_type: 'EmptyImage', inputs: { width: 32, height: 32, batch_size: 1, color } }
}

/** Ten previews a second. */
export function previewing({ frames = 100, size = 512, text = `${randomInt(COLORS)}` }): Workflow {
  return {
    '1': {
      class_type: 'RSpam',
      inputs: { n: frames, sleep: 0.1, preview: size, text, busy: 0 },
    },
  }
}
