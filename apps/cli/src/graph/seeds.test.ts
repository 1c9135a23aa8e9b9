/** Several pictures of one workflow. */
import { expect, it } from 'vitest'
import { toVariants } from './seeds.ts'

const WORKFLOW = {
  '1': { class_type: 'KSampler', inputs: { seed: 5, steps: 20 } },
  '2': { class_type: 'RandomNoise', inputs: { noise_seed: ['3', 0] } },
  '3': { class_type: 'PrimitiveInt', inputs: { value: 7 } },
  '4': { class_type: 'Other', inputs: { noise_seed: ['3', 0], seedling: 1 } },
}

function seeds(count: number, fixed: { nodeId: string; input: string }[] = []) {
  let next = 100
  const random = () => (next += 1)
  return toVariants(WORKFLOW, { count, fixed, random }).map((variant) => [
    variant['1']?.inputs['seed'],
    variant['3']?.inputs['value'],
  ])
}

it('changes every seed in each, also where a link brings it', () => {
  expect(seeds(2)).toEqual([
    [101, 102],
    [103, 104],
  ])
})

it('leaves a single one as it is', () => {
  expect(seeds(1)).toEqual([[5, 7]])
})

it('counts on from a seed that was set', () => {
  expect(seeds(3, [{ nodeId: '1', input: 'seed' }])).toEqual([
    [5, 101],
    [6, 102],
    [7, 103],
  ])
})

it('changes nothing but seeds', () => {
  const [first] = toVariants(WORKFLOW, { count: 2, fixed: [], random: () => 9 })
  expect(first).toEqual({
    ...WORKFLOW,
    '1': { class_type: 'KSampler', inputs: { seed: 9, steps: 20 } },
    '3': { class_type: 'PrimitiveInt', inputs: { value: 9 } },
  })
})

it('does not make the same picture several times', () => {
  const plain = { '1': { class_type: 'EmptyImage', inputs: { width: 8 } } }
  expect(() => toVariants(plain, { count: 2, fixed: [], random: () => 1 })).toThrow(
    '--count needs a seed to change, and no node has one',
  )
})
