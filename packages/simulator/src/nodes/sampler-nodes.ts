/** Samplers: step by step from noise to the scene that prompt and seed stand for. */
import { mixedPicture, type Picture } from '../picture/picture.ts'
import { createPreviews, type Previews } from '../picture/preview.ts'
import type { Scenes } from '../picture/scenes.ts'
import { outOfMemory } from '../python-error.ts'
import { hashText } from '../random.ts'
import type { Json } from '../record.ts'
import * as input from './inputs.ts'
import type {
  NodeDefinition,
  NodeContext,
  NodeEnvironment,
  NodeInputs,
  NodeResult,
  PreviewImage,
} from './node-class.ts'
import { SCHEDULERS, samplersOf } from './samplers.ts'
import { type LatentValue, readNumber, readString, readValue } from './values.ts'

const steps = ['INT', { default: 20, min: 1, max: 10_000 }] as const
const cfg = ['FLOAT', { default: 8, min: 0, max: 100, step: 0.1, round: 0.01 }] as const

function samplerChoice({ traits }: NodeEnvironment): Required<NodeInputs>['required'] {
  return { sampler_name: [samplersOf(traits), {}], scheduler: [SCHEDULERS, {}] }
}

const guidance: Required<NodeInputs>['required'] = {
  positive: ['CONDITIONING'],
  negative: ['CONDITIONING'],
  latent_image: ['LATENT'],
}

const kSampler: NodeDefinition = {
  name: 'KSampler',
  description:
    'Uses the provided model, positive and negative conditioning to denoise the latent image.',
  category: 'sampling',
  inputs: (environment) => ({
    required: {
      model: ['MODEL'],
      seed: input.seed,
      steps,
      cfg,
      ...samplerChoice(environment),
      ...guidance,
      denoise: ['FLOAT', { default: 1, min: 0, max: 1, step: 0.01 }],
    },
  }),
  outputs: [{ type: 'LATENT', tooltip: 'The denoised latent.' }],
  run: (inputs, context) =>
    sample(context, inputs, {
      seed: readNumber(inputs, 'seed'),
      steps: readNumber(inputs, 'steps', 20),
      denoise: readNumber(inputs, 'denoise', 1),
    }),
}

const kSamplerAdvanced: NodeDefinition = {
  name: 'KSamplerAdvanced',
  displayName: 'KSampler (Advanced)',
  category: 'sampling',
  inputs: (environment) => ({
    required: {
      model: ['MODEL'],
      add_noise: [['enable', 'disable'], {}],
      noise_seed: input.seed,
      steps,
      cfg,
      ...samplerChoice(environment),
      ...guidance,
      start_at_step: ['INT', { default: 0, min: 0, max: 10_000 }],
      end_at_step: ['INT', { default: 10_000, min: 0, max: 10_000 }],
      return_with_leftover_noise: [['disable', 'enable'], {}],
    },
  }),
  outputs: [{ type: 'LATENT' }],
  run(inputs, context) {
    const all = readNumber(inputs, 'steps', 20)
    const start = Math.min(readNumber(inputs, 'start_at_step'), all)
    const end = Math.min(readNumber(inputs, 'end_at_step', all), all)
    return sample(context, inputs, {
      seed: readNumber(inputs, 'noise_seed'),
      steps: Math.max(end - start, 0),
      denoise: readString(inputs, 'add_noise') === 'disable' ? 0.5 : 1,
    })
  },
}

interface Sampling {
  readonly seed: number
  readonly steps: number
  readonly denoise: number
}

async function sample(
  context: NodeContext,
  inputs: Readonly<Json>,
  sampling: Sampling,
): Promise<NodeResult> {
  if (context.runsOutOfMemory()) throw outOfMemory()
  const latent = readValue(inputs, 'latent_image', 'latent')
  const pictures = Array.from({ length: latent.batch }, (_, index) =>
    sampled(inputs, context.scenes, { ...sampling, index, latent }),
  )
  const [first] = pictures
  const previews = context.previews && first ? createPreviews(first, sampling.seed) : null
  const bar = context.progressBar(sampling.steps)
  const { name } = readValue(inputs, 'model', 'model')
  const stepMs = context.loadedModels.stepMs(
    name,
    (latent.width * latent.height * latent.batch) / 1e6,
  )
  for (let step = 1; step <= sampling.steps; step++) {
    await context.sleep(stepMs)
    context.throwIfInterrupted()
    bar.update(step, await previewOf(context, previews, step / sampling.steps))
  }
  return { outputs: [{ ...latent, pictures } satisfies LatentValue] }
}

/** undefined: no preview at all; null: nobody is there to see it. */
export async function previewOf(
  context: NodeContext,
  previews: Previews | null,
  done: number,
): Promise<PreviewImage | null | undefined> {
  if (!previews) return undefined
  return context.hasListener() ? previews(done, context.pause) : null
}

function sampled(
  inputs: Readonly<Json>,
  scenes: Scenes,
  { seed, denoise, index, latent }: Sampling & { index: number; latent: LatentValue },
): Picture {
  const model = readValue(inputs, 'model', 'model')
  const positive = readValue(inputs, 'positive', 'conditioning').text
  const negative = readValue(inputs, 'negative', 'conditioning').text
  const details = hashText(`${model.name}|${negative}|${readNumber(inputs, 'cfg')}`)
  const request = { text: positive, seed: (seed % 0xffffffff) + index * 7919 + details }
  const scene = scenes.picture(request, latent)
  const base = latent.pictures?.[index % latent.pictures.length]
  return base && denoise < 1 ? mixedPicture(base, scene, denoise) : scene
}

export const SAMPLER_NODES: readonly NodeDefinition[] = [kSampler, kSamplerAdvanced]
