import type { Workflow } from '@safelight/shared'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Field } from './field.ts'
import { findFields } from './find-fields.ts'
import { groupFields } from './group-fields.ts'
import { readWorkflow } from './read-workflow.ts'

const textToImage = readExample('text-to-image')

describe('finding fields', () => {
  it('finds what matters, in the order in which people think of it', () => {
    expect(brief(findFields(textToImage))).toEqual([
      ['text', 'Prompt', 'a lighthouse at dusk, calm sea'],
      ['text', 'Avoid', 'blurry, low quality'],
      ['seed', 'Seed', 42],
      ['int', 'Steps', 20],
      ['float', 'Guidance', 7],
      ['size', 'Size', { width: 512, height: 512 }],
      ['int', 'Pictures per job', 1],
      ['choice', 'Model', 'sd_xl_base_1.0.safetensors'],
      ['choice', 'Sampler', 'euler'],
      ['choice', 'Scheduler', 'normal'],
      ['float', 'Denoise', 1],
    ])
  })

  it('tells the prompt from the text to avoid by the links, not by the order', () => {
    const swapped = structuredClone(textToImage)
    Object.assign(node(swapped, '3').inputs, { positive: ['7', 0], negative: ['6', 0] })
    expect(brief(findFields(swapped)).slice(0, 2)).toEqual([
      ['text', 'Prompt', 'blurry, low quality'],
      ['text', 'Avoid', 'a lighthouse at dusk, calm sea'],
    ])
  })

  it('follows conditioning through the nodes that hand it on', () => {
    const workflow = readGraph({
      p: ['CLIPTextEncode', { text: 'a fox', clip: ['m', 1] }],
      n: ['CLIPTextEncode', { text: 'a dog', clip: ['m', 1] }],
      c: ['ControlNetApplyAdvanced', { positive: ['p', 0], negative: ['n', 0], strength: 1 }],
      r: ['Reroute', { conditioning: ['c', 1] }],
      s: ['KSampler', { positive: ['c', 0], negative: ['r', 0] }],
    })
    expect(brief(findFields(workflow))).toEqual([
      ['text', 'Prompt', 'a fox'],
      ['text', 'Avoid', 'a dog'],
    ])
  })

  it('reads a Flux graph: guider, noise, sigmas, and nothing to avoid', () => {
    const workflow = readGraph({
      text: ['CLIPTextEncodeFlux', { clip_l: 'fox', t5xxl: 'a fox in snow', guidance: 3.5 }],
      guider: ['BasicGuider', { conditioning: ['text', 0], model: ['unet', 0] }],
      unet: ['UNETLoader', { unet_name: 'flux1-dev.safetensors', weight_dtype: 'default' }],
      noise: ['RandomNoise', { noise_seed: 7 }],
      sigmas: ['BasicScheduler', { steps: 25, scheduler: 'beta', denoise: 1 }],
      pick: ['KSamplerSelect', { sampler_name: 'euler' }],
      s: ['SamplerCustomAdvanced', { noise: ['noise', 0], guider: ['guider', 0] }],
    })
    const fields = findFields(workflow)
    expect(fields.map(({ label }) => label)).toEqual([
      'Prompt · clip_l',
      'Prompt · t5xxl',
      'Seed',
      'Steps',
      'Guidance',
      'Model',
      'Sampler',
      'Scheduler',
      'Denoise',
    ])
    expect(groupFields(fields).map(({ title }) => title)).toEqual(['Sampling', 'Models'])
  })

  it('takes no text to avoid out of a zeroed prompt', () => {
    const workflow = readGraph({
      p: ['CLIPTextEncode', { text: 'a fox' }],
      z: ['ConditioningZeroOut', { conditioning: ['p', 0] }],
      s: ['KSampler', { positive: ['p', 0], negative: ['z', 0] }],
    })
    expect(brief(findFields(workflow))).toEqual([['text', 'Prompt', 'a fox']])
  })

  it('edits the primitive behind a link, once, however many nodes use it', () => {
    const workflow = readGraph({
      words: ['PrimitiveString', { value: 'a fox' }],
      number: ['PrimitiveInt', { value: 5 }],
      p: ['CLIPTextEncode', { text: ['words', 0] }],
      a: ['KSampler', { seed: ['number', 0], positive: ['p', 0] }, 'First'],
      b: ['KSampler', { seed: ['number', 0], positive: ['p', 0] }, 'Second'],
    })
    expect(findFields(workflow)).toMatchObject([
      { label: 'Prompt', nodeId: 'words', input: 'value', value: 'a fox' },
      { label: 'Seed', nodeId: 'number', input: 'value', value: 5, nodeTitle: 'First' },
    ])
  })

  it('groups two samplers by their titles', () => {
    const sampler = { seed: 1, steps: 20, cfg: 7 }
    const workflow = readGraph({
      a: ['KSampler', sampler, 'First pass'],
      b: ['KSampler', sampler, 'Second pass'],
      c: ['KSampler', sampler],
      d: ['KSampler', sampler],
    })
    const titles = groupFields(findFields(workflow)).map(({ title }) => title)
    expect(titles).toEqual(['First pass', 'Second pass', 'KSampler c', 'KSampler d'])
  })

  it('tells the size that is made from the size that is scaled to', () => {
    const workflow = readGraph({
      empty: ['EmptyLatentImage', { width: 512, height: 768, batch_size: 12 }],
      up: ['LatentUpscale', { samples: ['empty', 0], width: 1024, height: 1536 }, 'Enlarge'],
      keep: ['ImageScale', { image: ['up', 0], width: 1024, height: 0 }],
      save: ['SaveAnimatedWEBP', { images: ['keep', 0], fps: 12 }],
    })
    expect(findFields(workflow)).toMatchObject([
      { label: 'Size', value: { width: 512, height: 768 }, step: 8 },
      { label: 'Enlarge', value: { width: 1024, height: 1536 } },
      { label: 'Frames', value: 12 },
      { label: 'Frames per second', value: 12 },
    ])
  })

  it('offers other texts that people write, and leaves names of files alone', () => {
    const workflow = readGraph({
      a: ['GeminiImage', { prompt: 'paint a fox', model: 'nano' }],
      b: ['Captioner', { remark: 'x '.repeat(40), filename_prefix: 'a '.repeat(40) }, 'Caption'],
      c: ['SaveImage', { images: ['a', 0], filename_prefix: 'safelight' }],
    })
    expect(findFields(workflow).map(({ label, input }) => [label, input])).toEqual([
      ['Prompt', 'prompt'],
      ['Caption', 'remark'],
    ])
  })

  it('finds nothing in a workflow that has nothing to set', () => {
    expect(findFields(readGraph({ a: ['SaveImage', { images: ['b', 0] }] }))).toEqual([])
    expect(findFields({})).toEqual([])
  })

  it('survives links that lead in a circle', () => {
    const workflow = readGraph({
      a: ['Reroute', { conditioning: ['b', 0] }],
      b: ['Reroute', { conditioning: ['a', 0] }],
      s: ['KSampler', { positive: ['a', 0], seed: ['b', 0] }],
    })
    expect(findFields(workflow)).toEqual([])
  })

  it.each([
    'text-to-image',
    'four-variations',
    'two-passes',
    'flipbook',
    'no-model',
    'picture-to-picture',
  ])('finds every field of the example %s under a label of its own', (name) => {
    const groups = groupFields(findFields(readExample(name)))
    const names = groups.flatMap(({ title, fields }) =>
      fields.map(({ label }) => `${title} ${label}`),
    )
    expect(names.length).toBeGreaterThan(0)
    expect(new Set(names).size).toBe(names.length)
  })
})

function brief(fields: Field[]): [string, string, unknown][] {
  return fields.map(({ kind, label, value }) => [kind, label, value])
}

type Sketch = Record<string, [className: string, inputs: Record<string, unknown>, title?: string]>

function readGraph(sketch: Sketch): Workflow {
  return Object.fromEntries(
    Object.entries(sketch).map(([id, [class_type, inputs, title]]) => [
      id,
      { class_type, inputs, ...(title ? { _meta: { title } } : {}) },
    ]),
  )
}

function readExample(name: string): Workflow {
  const url = new URL(`../../../../examples/${name}.json`, import.meta.url)
  const read = readWorkflow(readFileSync(url, 'utf8'))
  if (!read.ok) throw new Error(read.explanation)
  return read.workflow
}

function node(workflow: Workflow, id: string): Workflow[string] {
  const found = workflow[id]
  if (!found) throw new Error(`no node ${id}`)
  return found
}
