/** What the demo asks for: text to image with a model the hosts have, or a picture that needs no model. */
import type { Workflow } from '@safelight/shared'
import { z } from 'zod'

export interface DemoJob {
  label: string
  workflow: Workflow
}

const checkpointsSchema = z.looseObject({
  CheckpointLoaderSimple: z.looseObject({
    input: z.looseObject({
      required: z.looseObject({ ckpt_name: z.tuple([z.unknown()]).rest(z.unknown()) }),
    }),
  }),
})
const optionsSchema = z.looseObject({ options: z.array(z.string()) })

/** @param hosts asked for their models; a checkpoint counts only if every host has it */
export async function pickWorkflows(hosts: string[], signal: AbortSignal): Promise<DemoJob[]> {
  const lists = await Promise.all(hosts.map((host) => listCheckpoints(host, signal)))
  const checkpoint = lists[0]?.find((name) => lists.every((list) => list.includes(name)))
  const plain = { label: 'second job', workflow: withoutModel() }
  if (!checkpoint) return [{ label: 'first job', workflow: withoutModel(1) }, plain]
  return [
    { label: 'text to image', workflow: textToImage(checkpoint, 'a lighthouse at dusk, calm sea') },
    { label: 'second image', workflow: textToImage(checkpoint, 'pine hills under a full moon') },
  ]
}

/** Old hosts list options as `[[names]]`, newer ones as `["COMBO", {options}]`. */
async function listCheckpoints(host: string, signal: AbortSignal): Promise<string[]> {
  const url = new URL('object_info/CheckpointLoaderSimple', `${host}/`)
  const answer = await fetch(url, { signal }).catch(() => {
    throw new Error(`the host at ${url.host} cannot be reached`)
  })
  const parsed = checkpointsSchema.safeParse(await answer.json().catch(() => null))
  if (!parsed.success) return []
  const [first, second] = parsed.data.CheckpointLoaderSimple.input.required.ckpt_name
  const listed = z.array(z.string()).safeParse(first)
  if (listed.success) return listed.data
  const options = optionsSchema.safeParse(second)
  return options.success ? options.data.options : []
}

function textToImage(checkpoint: string, text: string): Workflow {
  return {
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: checkpoint } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: 'blurry, low quality', clip: ['4', 1] } },
    '3': {
      class_type: 'KSampler',
      inputs: {
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
        seed: 42,
        steps: 20,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
      },
    },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'safelight' } },
  }
}

function withoutModel(color = 13_395_488): Workflow {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 512, height: 512, batch_size: 1, color } },
    '2': { class_type: 'ImageInvert', inputs: { image: ['1', 0] } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'safelight' } },
  }
}
