import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { findFields } from '../../workflow/find-fields.ts'
import {
  type Draft,
  newDraft,
  textOf,
  toSubmissions,
  toSubmitOptions,
  withSeedKept,
  withText,
  withValue,
} from './draft.ts'

const workflow: Workflow = {
  a: { class_type: 'KSampler', inputs: { seed: 1, steps: 20 } },
  b: { class_type: 'KSampler', inputs: { seed: 2, steps: 10 } },
}
const draft = newDraft({ name: 'Two', workflow }, null)

describe('what is handed in', () => {
  it('has new seeds each time', () => {
    const [first] = toSubmissions(draft)
    const [second] = toSubmissions(draft)
    expect(seedsOf(first)).not.toEqual([1, 2])
    expect(seedsOf(first)).not.toEqual(seedsOf(second))
  })

  it('keeps the seeds that are to stay, in all of several jobs', () => {
    const jobs = toSubmissions({ ...withSeedKept(draft, 'b.seed', true), count: 4 })
    expect(jobs.map((job) => seedsOf(job)[1])).toEqual([2, 2, 2, 2])
    expect(new Set(jobs.map((job) => seedsOf(job)[0])).size).toBe(4)
  })

  it('has the kept seeds in the first of several jobs and new ones in the others, when all are kept', () => {
    const kept = { ...draft, keptSeeds: ['a.seed', 'b.seed'] }
    expect(toSubmissions(kept)).toEqual([workflow])
    const jobs = toSubmissions({ ...kept, count: 3 })
    expect(seedsOf(jobs[0])).toEqual([1, 2])
    expect(new Set(jobs.flatMap(seedsOf)).size).toBe(6)
  })

  it('is as many as asked for, also without any seed', () => {
    const plain = { a: { class_type: 'EmptyImage', inputs: {} } }
    const jobs = toSubmissions({ ...newDraft({ name: 'x', workflow: plain }, null), count: 2 })
    expect(jobs).toEqual([plain, plain])
  })
})

describe('how it is handed in', () => {
  it('is by its name when it has no prompt, and otherwise the prompt says what it is', () => {
    expect(toSubmitOptions({ ...draft, priority: 5 })).toEqual({
      priority: 5,
      metadata: { title: 'Two' },
    })
    const asked = { p: { class_type: 'Painter', inputs: { prompt: 'a fox' } } }
    expect(toSubmitOptions({ ...draft, workflow: asked })).toEqual({ priority: 0 })
  })
})

describe('editing', () => {
  it('keeps a seed that was set by hand', () => {
    const edited = withValue(draft, fieldOf(draft, 'a.seed'), 77)
    expect(seedsOf(edited.workflow)).toEqual([77, 2])
    expect(edited.keptSeeds).toEqual(['a.seed'])
    expect(withSeedKept(edited, 'a.seed', false).keptSeeds).toEqual([])
  })

  it('follows the text while it can be read, and keeps the last that could', () => {
    const text = JSON.stringify({ a: { class_type: 'A', inputs: {} } })
    const read = withText(draft, text)
    expect(Object.keys(read.workflow)).toEqual(['a'])
    const broken = withText(read, `${text}}`)
    expect(broken.workflow).toBe(read.workflow)
    expect(broken.edited?.problem?.title).toBe('The JSON is broken in line 1')
    expect(textOf(broken)).toBe(`${text}}`)
    expect(withText(broken, text).edited?.problem).toBeNull()
  })

  it('shows the workflow again as soon as the form is used', () => {
    const broken = withText(draft, '{')
    const edited = withValue(broken, fieldOf(broken, 'a.steps'), 5)
    expect(edited.edited).toBeNull()
    expect(textOf(edited)).toContain('"steps": 5')
  })

  it('takes over how it is to run, not which seeds stay', () => {
    const before: Draft = { ...draft, count: 3, priority: 10, keptSeeds: ['a.seed'] }
    const next = newDraft({ name: 'Next', workflow }, before)
    expect(next).toMatchObject({ count: 3, priority: 10, keptSeeds: [] })
  })
})

function seedsOf(workflow: Workflow | undefined): unknown[] {
  return Object.values(workflow ?? {}).map(({ inputs }) => inputs['seed'])
}

function fieldOf({ workflow }: Draft, id: string) {
  const field = findFields(workflow).find((field) => field.id === id)
  if (!field) throw new Error(`no field ${id}`)
  return field
}
