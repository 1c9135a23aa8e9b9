/** Workflows of the contract suite: core nodes only, so that any ComfyUI can run them. */
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Workflow, workflowSchema } from '@safelight/shared'
import type { NodeClasses } from '../client/types.ts'

const emptyImage = (size: number, batch: number) => ({
  class_type: 'EmptyImage',
  // another colour each time, or the host would answer from its cache
  inputs: { width: size, height: size, batch_size: batch, color: randomInt(0xffffff) },
})

/** Three nodes, one saved picture of 96 × 96. */
export function pictureWorkflow(): Workflow {
  return {
    '1': emptyImage(64, 1),
    '2': {
      class_type: 'ImageScale',
      inputs: {
        image: ['1', 0],
        upscale_method: 'nearest-exact',
        width: 96,
        height: 96,
        crop: 'disabled',
      },
    },
    '3': {
      class_type: 'SaveImage',
      inputs: { images: ['2', 0], filename_prefix: 'contract/picture' },
    },
  }
}

/** The picture of this name in the input folder, saved. */
export function loadingWorkflow(image: string): Workflow {
  return {
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'contract/in' } },
  }
}

/** Two small pictures, as PNG. */
export const INPUT_PICTURES = [
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR42mM8ISfHgA0wMeAAg1MCANDKARQfGKMRAAAAAElFTkSuQmCC',
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAGklEQVR42mMUkTvBQApgYiARjGoY1TB0NAAALzUBGpM5YYYAAAAASUVORK5CYII=',
].map((base64) => Buffer.from(base64, 'base64'))

/** Three times around the loop of newer servers, and a picture saved of each. */
export function loopWorkflow(): Workflow {
  const mode = { mode: 'simple', 'mode.num_iterations': 3, cache_iterations: false }
  return {
    '1': emptyImage(64, 1),
    '2': { class_type: 'StartLoop', inputs: { ...mode, initial_iteration_value: ['1', 0] } },
    '3': { class_type: 'ImageInvert', inputs: { image: ['2', 4] } },
    '4': {
      class_type: 'EndLoop',
      inputs: { output_value: ['3', 0], next_iteration_value: ['3', 0], accumulate: true },
    },
    '5': {
      class_type: 'SaveImage',
      inputs: { images: ['4', 0], filename_prefix: 'contract/loop' },
    },
  }
}

/** Ticks once per picture and sends each as a preview; leaves nothing in history. */
export function tickingWorkflow(pictures: number): Workflow {
  return {
    '1': emptyImage(64, pictures),
    '2': { class_type: 'SaveImageWebsocket', inputs: { images: ['1', 0] } },
  }
}

/** Runs for several seconds: steps where the host has a node for them, otherwise one picture after the other. */
export function longWorkflow(classes: NodeClasses): Workflow {
  if (!classes['TraceSteps']) return scalingWorkflow(40)
  const steps = { image: ['1', 0], steps: 200, seconds: 0.05 }
  return {
    '1': emptyImage(64, 1),
    '2': { class_type: 'TraceSteps', inputs: steps },
    '3': {
      class_type: 'SaveImage',
      inputs: { images: ['2', 0], filename_prefix: 'contract/long' },
    },
  }
}

/**
 * A picture made large and small again, and shown, so many times. Not one node with thousands of pictures: while the
 * host sends those, it may hear of a cancel only when all are sent.
 */
function scalingWorkflow(times: number): Workflow {
  const workflow: Workflow = { '0': emptyImage(16, 1) }
  for (let n = 1; n <= times; n += 1) {
    workflow[`${n}_large`] = scaled([n === 1 ? '0' : `${n - 1}_small`, 0], 'lanczos', 2_500)
    workflow[`${n}_small`] = scaled([`${n}_large`, 0], 'area', 16)
    workflow[`${n}_shown`] = {
      class_type: 'SaveImageWebsocket',
      inputs: { images: [`${n}_small`, 0] },
    }
  }
  return workflow
}

function scaled(image: [string, number], method: string, side: number) {
  return {
    class_type: 'ImageScale',
    inputs: { image, upscale_method: method, width: side, height: side, crop: 'disabled' },
  }
}

/** A workflow as people send it, from `../fixtures`. */
export function sentWorkflow(name: string): Workflow {
  return workflowSchema.parse(sentJson(name))
}

export function sentJson(name: string): unknown {
  const file = new URL(`../fixtures/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** What another client runs: the pictures of `workflow`, under other ids. */
export function renamed(workflow: Workflow, ids: Record<string, string>): Workflow {
  const text = Object.entries(ids).reduce(
    (json, [from, to]) => json.replaceAll(JSON.stringify(from), JSON.stringify(to)),
    JSON.stringify(workflow),
  )
  return workflowSchema.parse(JSON.parse(text))
}
