/** What people call a job. */
import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { toGivenName, toIdName, toWorkflowName } from './job-name.ts'

describe('the name of a job', () => {
  it('is what its metadata calls it', () => {
    expect(toGivenName({ label: ' Harbour ' })).toBe('Harbour')
    expect(toGivenName({ title: 'Moss' })).toBe('Moss')
  })

  it('is nothing when nobody named it', () => {
    expect(toGivenName(null)).toBeNull()
    expect(toGivenName({ label: '  ', name: 7 })).toBeNull()
  })

  it('is its prompt otherwise, and never what is to be avoided', () => {
    const workflow = read({
      n: ['CLIPTextEncode', { text: 'blurry' }],
      p: ['CLIPTextEncode', { text: ' a lighthouse at dusk\n' }],
      s: ['KSampler', { positive: ['p', 0], negative: ['n', 0] }],
    })
    expect(toWorkflowName(workflow)).toBe('a lighthouse at dusk')
  })

  it('is the first prompt with something in it: Flux has two', () => {
    const workflow = read({
      t: ['CLIPTextEncodeFlux', { clip_l: ' ', t5xxl: 'a fox in snow' }],
      g: ['BasicGuider', { conditioning: ['t', 0] }],
    })
    expect(toWorkflowName(workflow)).toBe('a fox in snow')
  })

  it('is also the prompt of a node that works without a sampler', () => {
    expect(toWorkflowName(read({ a: ['GeminiImage', { prompt: 'paint a fox' }] }))).toBe(
      'paint a fox',
    )
  })

  it('is how large its workflow is, or its id, when there is no text', () => {
    expect(toWorkflowName(read({ a: ['EmptyImage', { width: 64 }] }))).toBe('A workflow of 1 node')
    expect(toIdName('0123456789abcdef')).toBe('Job 01234567')
  })
})

function read(nodes: Record<string, [string, Record<string, unknown>]>): Workflow {
  return Object.fromEntries(
    Object.entries(nodes).map(([id, [class_type, inputs]]) => [id, { class_type, inputs }]),
  )
}
