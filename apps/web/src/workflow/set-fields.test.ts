import { stringifyExact, toExactNumber, toNumberText, type Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { countNodes, listNodes } from './describe-workflow.ts'
import { findFields } from './find-fields.ts'
import { newSeed, toBatch, withNewSeeds } from './new-seed.ts'
import { setFields } from './set-fields.ts'

const workflow: Workflow = {
  save: { class_type: 'SaveImage', inputs: { images: ['decode', 0] }, _meta: { title: ' Keep ' } },
  sampler: {
    class_type: 'KSampler',
    inputs: { seed: 42, steps: 20, latent_image: ['latent', 0], positive: ['words', 0] },
  },
  decode: { class_type: 'VAEDecode', inputs: { samples: ['sampler', 0] } },
  latent: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512 } },
  words: { class_type: 'CLIPTextEncode', inputs: { text: 'a fox' } },
}

describe('setting fields', () => {
  it('writes values into a copy and leaves the rest', () => {
    const before = structuredClone(workflow)
    const changed = setFields(workflow, findFields(workflow), {
      'words.text': 'a hare',
      'latent.width': { width: 768, height: 640 },
      'sampler.seed': 7,
      'nobody.knows': 1,
    })
    expect(workflow).toEqual(before)
    expect(findFields(changed).map(({ value }) => value)).toEqual([
      'a hare',
      7,
      20,
      { width: 768, height: 640 },
    ])
    expect(changed['decode']).toBe(workflow['decode'])
  })

  it('gives back the same workflow for the values it has', () => {
    const fields = findFields(workflow)
    const values = Object.fromEntries(fields.map(({ id, value }) => [id, value]))
    expect(setFields(workflow, fields, values)).toEqual(workflow)
  })
})

it('writes a seed of 64 bits to its last digit', () => {
  const graph = {
    a: { class_type: 'KSampler', inputs: { seed: toExactNumber('9007199254740993') } },
  }
  const fields = findFields(graph)
  expect(fields.map(({ value }) => toNumberText(value))).toEqual(['9007199254740993'])
  const set = setFields(graph, fields, { 'a.seed': toExactNumber('18446744073709551615') })
  expect(stringifyExact(set['a']?.inputs)).toBe('{"seed":18446744073709551615}')
})

describe('new seeds', () => {
  it('keep two equal ones of 64 bits equal', () => {
    const node = () => ({ class_type: 'KSampler', inputs: { seed: toExactNumber('1e400') } })
    const renewed = withNewSeeds({ a: node(), b: node() })
    expect(renewed['a']?.inputs['seed']).not.toEqual(toExactNumber('1e400'))
    expect(renewed['b']?.inputs['seed']).toBe(renewed['a']?.inputs['seed'])
  })

  it('are whole numbers that JSON keeps', () => {
    const seeds = Array.from({ length: 500 }, newSeed)
    expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true)
    expect(new Set(seeds).size).toBe(500)
    // more than 32 bits are used
    expect(seeds.some((seed) => seed > 2 ** 50)).toBe(true)
  })

  it('replace every seed, keep equal ones equal, and reach those behind a link', () => {
    const many: Workflow = {
      a: { class_type: 'KSampler', inputs: { seed: 1 } },
      b: { class_type: 'KSamplerAdvanced', inputs: { noise_seed: 1 } },
      c: { class_type: 'KSampler', inputs: { seed: ['d', 0] } },
      d: { class_type: 'PrimitiveInt', inputs: { value: 3 } },
    }
    const renewed = withNewSeeds(many)
    expect(renewed['a']?.inputs['seed']).not.toBe(1)
    expect(renewed['b']?.inputs['noise_seed']).toBe(renewed['a']?.inputs['seed'])
    expect(renewed['c']).toEqual(many['c'])
    expect(renewed['d']?.inputs['value']).not.toBe(3)
  })

  it('make a batch: the first as it is, the others each their own', () => {
    const batch = toBatch(workflow, 16)
    expect(batch[0]).toBe(workflow)
    expect(new Set(batch.map((copy) => copy['sampler']?.inputs['seed'])).size).toBe(16)
    expect(toBatch(workflow, 1)).toEqual([workflow])
    const kept = toBatch(workflow, 3, ['sampler.seed'])
    expect(kept.map((copy) => copy['sampler']?.inputs['seed'])).toEqual([42, 42, 42])
  })
})

describe('listing nodes', () => {
  it('puts what is needed first, and says what is made', () => {
    expect(listNodes(workflow)).toEqual([
      { id: 'latent', title: 'EmptyLatentImage', class: 'EmptyLatentImage', isEnd: false },
      { id: 'words', title: 'CLIPTextEncode', class: 'CLIPTextEncode', isEnd: false },
      { id: 'sampler', title: 'KSampler', class: 'KSampler', isEnd: false },
      { id: 'decode', title: 'VAEDecode', class: 'VAEDecode', isEnd: false },
      { id: 'save', title: 'Keep', class: 'SaveImage', isEnd: true },
    ])
    expect(countNodes(workflow)).toBe('5 nodes')
    expect(countNodes({ a: { class_type: 'A', inputs: {} } })).toBe('1 node')
  })

  it('lists every node once, also in circles and in chains of thousands', () => {
    const circle: Workflow = {
      a: { class_type: 'A', inputs: { x: ['b', 0] } },
      b: { class_type: 'B', inputs: { x: ['a', 0], y: ['gone', 0] } },
    }
    expect(listNodes(circle).map(({ id }) => id)).toEqual(['b', 'a'])
    const chain: Workflow = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [
        `n${index}`,
        { class_type: 'A', inputs: index < 19_999 ? { x: [`n${index + 1}`, 0] } : {} },
      ]),
    )
    const ids = listNodes(chain).map(({ id }) => id)
    expect([ids.length, ids[0]]).toEqual([20_000, 'n19999'])
  })
})
