/** What becomes of a job when only a part of its prompt failed, or nobody says what did. */
import type { NodeFailure, PromptEnd } from '@safelight/comfyui'
import { describe, expect, it } from 'vitest'
import { decideAfterEnd, decideCollected, type StopFacts } from './decide-job.ts'

const facts: StopFacts = { stop: null }
const failure: NodeFailure = {
  nodeId: '3',
  nodeType: 'KSampler',
  exceptionType: 'ValueError',
  message: 'bad value',
  traceback: [],
}

describe('an execution that newer hosts ended', () => {
  it('is tried again elsewhere when the host broke it off and did not say why', () => {
    const unknown = { ...failure, nodeId: null, nodeType: null, exceptionType: '', message: '' }
    const end: PromptEnd = { outcome: 'failed', promptId: 'p', outputs: [], failure: unknown }
    expect(decideAfterEnd(end, facts)).toMatchObject({
      action: 'give_up',
      cause: 'interrupted',
      orphaned: false,
      error: { code: 'interrupted', message: expect.stringContaining('did not say why') },
    })
  })

  it('fails with the node that failed while the rest went on, unless a part is enough', () => {
    const partial = { failures: [failure], blocked: ['9'] }
    const outputs = [{ node_id: '10', filename: 'a.png', subfolder: '', type: 'output' }]
    const end: PromptEnd = { outcome: 'succeeded', promptId: 'p', outputs, partial }
    // what ran is kept either way
    expect(decideAfterEnd(end, facts)).toMatchObject({ action: 'collect', files: outputs, partial })
    expect(decideCollected(partial, { ...facts, allowPartial: false })).toMatchObject({
      action: 'give_up',
      cause: 'node',
      error: { code: 'node_execution_error', node_id: '3' },
    })
    const enough = { ...facts, allowPartial: true }
    expect(decideCollected(partial, enough)).toEqual({ action: 'succeed' })
    expect(decideCollected(null, { ...facts, allowPartial: false })).toEqual({ action: 'succeed' })
  })
})
