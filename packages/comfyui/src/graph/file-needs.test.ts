import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { parseFileChoices } from '../client/file-choices.ts'
import { fileNeedsOf, lacksOf } from './file-needs.ts'

const CLASSES = {
  Loader: { output: false, outputs: 1, required: [] },
  Save: { output: true, outputs: 0, required: [] },
}
const load = (inputs: Record<string, unknown>) => ({ class_type: 'Loader', inputs })
const save = (...from: string[]) => ({
  class_type: 'Save',
  inputs: Object.fromEntries(from.map((id, at) => [`image_${at}`, [id, 0]])),
})
const needsOf = (inputs: Record<string, unknown>) =>
  fileNeedsOf({ workflow: { '1': load(inputs), '2': save('1') }, classes: CLASSES }).map(
    ({ input, file }) => [input, file],
  )

describe('the files that a workflow needs', () => {
  it('are what its inputs name, whatever they are called', () => {
    expect(needsOf({ whatever: 'x/a.safetensors', 'source.model': 'b.gguf', n: 1 })).toEqual([
      ['whatever', 'x/a.safetensors'],
      ['source.model', 'b.gguf'],
    ])
    expect(needsOf({ model: { __value__: 'sub\\a.pt' } })).toEqual([['model', 'sub\\a.pt']])
  })

  it.each<[string, unknown]>([
    ['links', ['3', 0]],
    ['pictures', 'a.png'],
    ['texts', `a model called ${'x'.repeat(300)}.pt`],
    ['other values', 'euler'],
    ['lists', ['a.safetensors', 'b.safetensors', 'c.safetensors']],
  ])('are not %s', (_what, value) => {
    expect(needsOf({ value })).toEqual([])
  })

  it('are those of nodes that an output needs: hosts look at no others', () => {
    const workflow: Workflow = {
      '1': load({ model: 'a.pt' }),
      '2': save('1'),
      '3': load({ model: 'left-over.pt' }),
    }
    const files = (classes: typeof CLASSES | null) =>
      fileNeedsOf({ workflow, classes }).map(({ nodeId, file }) => `${nodeId} ${file}`)
    expect(files(CLASSES)).toEqual(['1 a.pt'])
    // no host is known: the ends that look like outputs
    expect(files(null)).toEqual(['1 a.pt'])
  })

  it('are not kept without end', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`i${at}`, `${at}.pt`]))
    expect(needsOf(many)).toHaveLength(32)
  })
})

describe('what a host lacks', () => {
  const choices = parseFileChoices(
    {
      Loader: { input: { required: { model: [['here.pt']] } }, python_module: 'nodes' },
      Own: { input: { required: { model: [['here.pt']] } }, python_module: 'custom_nodes.x' },
    },
    { checksCombos: true },
  )
  const lacks = (workflow: Workflow) => {
    const classes = { ...CLASSES, Own: CLASSES.Loader }
    const needs = fileNeedsOf({ workflow, classes })
    const { files, refuses } = lacksOf(needs, choices, { workflow, classes })
    return [files.map(({ file }) => file), refuses]
  }

  it('is what it does not list, where it lists files at all', () => {
    expect(lacks({ '1': load({ model: 'here.pt' }), '2': save('1') })).toEqual([[], false])
    expect(lacks({ '1': load({ model: 'gone.pt' }), '2': save('1') })).toEqual([['gone.pt'], true])
    expect(lacks({ '1': load({ text: 'gone.pt' }), '2': save('1') })).toEqual([[], false])
  })

  it('is no reason to refuse, for certain, where a class may have a check of its own', () => {
    const own = { class_type: 'Own', inputs: { model: 'gone.pt' } }
    expect(lacks({ '1': own, '2': save('1') })).toEqual([['gone.pt'], false])
  })

  it('is no reason to refuse while one output is left without it', () => {
    const bad = load({ model: 'gone.pt' })
    const good = load({ model: 'here.pt' })
    const graph = { bad, good, save: save('bad') }
    expect(lacks({ ...graph, other: save('good') })).toEqual([['gone.pt'], false])
    expect(lacks({ ...graph, other: save('good', 'bad') })).toEqual([['gone.pt'], true])
  })
})
