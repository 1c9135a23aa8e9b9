import { expect, it } from 'vitest'
import { findRanBefore } from './ran-before.ts'

const save = { class_type: 'SaveImage', inputs: {} }
const classes = {
  SaveImage: { output: true, outputs: 0, required: [] },
  EmptyImage: { output: false, outputs: 0, required: [] },
}
const workflow = { '1': { class_type: 'EmptyImage', inputs: {} }, '2': save, '3': save }
const nodes = { '1': 'done', '2': 'done', '3': 'running' } as const
const find = (lastAttempt: Parameters<typeof findRanBefore>[0], graph = {}) =>
  findRanBefore(lastAttempt, { workflow, classes, nodes, hostId: 'here', ...graph })

it('is what gave outputs on this host, in this attempt and in those before', () => {
  expect(find({ hostId: 'here' })).toEqual(['2'])
  expect(find({ hostId: 'here', ranBefore: ['3', '2'] })).toEqual(['3', '2'])
})

it('is nothing that another host ran, and nothing before the first attempt', () => {
  expect(find({ hostId: 'there', ranBefore: ['3'] })).toBeNull()
  expect(find(null)).toBeNull()
  expect(find({ hostId: 'here' }, { nodes: {} })).toBeNull()
})

it('is bounded, however many nodes of whatever names there are', () => {
  const names = Array.from({ length: 1_000 }, (_, at) => `${at}${'x'.repeat(1_000)}`)
  const many = {
    workflow: Object.fromEntries(names.map((name) => [name, save])),
    nodes: Object.fromEntries(names.map((name) => [name, 'done'])),
  }
  const bytes = (find({ hostId: 'here' }, many) ?? []).join('').length
  expect(bytes).toBeGreaterThan(60_000)
  expect(bytes).toBeLessThanOrEqual(64 * 1_024)
})
