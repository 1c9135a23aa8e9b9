import type { Workflow } from '@safelight/shared'
import { nodeClassesOf, SKILLS } from '@safelight/store'
import { expect, it } from 'vitest'
import { toNeeds } from './needs.ts'

const graph = (classes: readonly string[], inputs = {}): Workflow =>
  Object.fromEntries(classes.map((name, at) => [String(at), { class_type: name, inputs }]))

it('tells classes and model files, each once', () => {
  const workflow = graph(['Loader', 'Loader', '__proto__'], { ckpt_name: 'a/b.safetensors' })
  expect(toNeeds(workflow)).toMatchObject({
    classes: ['Loader', '__proto__'],
    files: ['a/b.safetensors'],
  })
})

it('names what the worker must be able to do, so that one of an earlier version leaves the job alone', () => {
  const needs = toNeeds(graph(['LoadImage']), { skills: [SKILLS.references, SKILLS.targets] })
  expect(needs.classes).toEqual(['safelight/references', 'safelight/targets', 'LoadImage'])
  expect(nodeClassesOf(needs)).toEqual(['LoadImage'])
})

it('stays small, whatever a workflow names: it is read with every look for the next job', () => {
  const long = 'x'.repeat(1_000_000)
  const many = Array.from({ length: 2_000 }, (_, at) => `${at}-`.padEnd(256, 'y'))
  const needs = toNeeds(graph([long, ...many], { ckpt_name: `${long}.safetensors` }))
  expect(needs.classes).toHaveLength(200)
  expect(JSON.stringify(needs).length).toBeLessThan(64 * 1024)
})
