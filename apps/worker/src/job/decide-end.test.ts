import { HostError, type NodeFailure, type PromptEnd, PromptRejected } from '@safelight/comfyui'
import { describe, expect, it } from 'vitest'
import { OutputMissing } from '../outputs/errors.ts'
import { decideEnd, decideThrown, type EndFacts } from './decide-end.ts'

const facts: EndFacts = { attempt: 1, maxAttempts: 3, stop: null }
const last: EndFacts = { ...facts, attempt: 3 }
const failure: NodeFailure = {
  nodeId: '3',
  nodeType: 'KSampler',
  exceptionType: 'ValueError',
  message: 'bad latent in /opt/comfy/models/x.safetensors',
  traceback: ['  File "/opt/comfy/execution.py", line 496, in execute\n'],
}
const lost: PromptEnd = { outcome: 'lost', promptId: 'p' }
const stalled = (interrupted: boolean): PromptEnd => ({
  outcome: 'stalled',
  promptId: 'p',
  interrupted,
})

describe('an execution that ended', () => {
  it('has its outputs collected when it went well, even if a stop came meanwhile', () => {
    const outputs = [{ node_id: '9', filename: 'a.png', subfolder: '', type: 'output' }]
    const end: PromptEnd = { outcome: 'succeeded', promptId: 'p', outputs }
    const collect = { action: 'collect', promptId: 'p', files: outputs }
    expect(decideEnd(end, facts)).toEqual(collect)
    expect(decideEnd(end, { ...facts, stop: 'cancel' })).toEqual(collect)
  })

  it('fails with node, class and a traceback that names no host path', () => {
    const decision = decideEnd({ outcome: 'failed', promptId: 'p', outputs: [], failure }, facts)
    expect(decision).toMatchObject({
      action: 'fail',
      error: { code: 'node_execution_error', node_id: '3', class_type: 'KSampler' },
    })
    expect(JSON.stringify(decision)).not.toContain('/opt/comfy')
    expect(JSON.stringify(decision)).toContain('execution.py')
  })

  it('fails as out_of_memory by the exception’s type, whatever the words', () => {
    const end = (exceptionType: string, message: string): PromptEnd => ({
      outcome: 'failed',
      promptId: 'p',
      outputs: [],
      failure: { ...failure, exceptionType, message },
    })
    expect(decideEnd(end('torch.OutOfMemoryError', 'x'), facts)).toMatchObject({
      error: { code: 'out_of_memory' },
    })
    expect(decideEnd(end('RuntimeError', 'out of memory'), facts)).toMatchObject({
      error: { code: 'node_execution_error' },
    })
  })

  it('is canceled when it was interrupted', () => {
    const end: PromptEnd = { outcome: 'canceled', promptId: 'p', outputs: [] }
    expect(decideEnd(end, facts)).toEqual({ action: 'cancel', confirmed: true })
  })

  it('is tried again when its host lost it, until the attempts are used up', () => {
    expect(decideEnd(lost, facts)).toEqual({ action: 'retry', cause: 'host_unavailable' })
    expect(decideEnd(lost, last)).toMatchObject({
      action: 'fail',
      error: { code: 'host_unavailable' },
    })
  })

  it('is not tried again when it was lost while it was being canceled', () => {
    expect(decideEnd(lost, { ...facts, stop: 'cancel' })).toMatchObject({ action: 'cancel' })
  })

  it('fails as stalled when the host obeyed the interrupt: the workflow stands still, not the host', () => {
    expect(decideEnd(stalled(true), facts)).toMatchObject({
      action: 'fail',
      error: { code: 'stalled' },
    })
  })

  it('is tried elsewhere when the host ignored the interrupt, and fails as stalled at last', () => {
    expect(decideEnd(stalled(false), facts)).toEqual({ action: 'retry', cause: 'stalled' })
    expect(decideEnd(stalled(false), last)).toMatchObject({
      action: 'fail',
      error: { code: 'stalled' },
    })
  })

  it('tells a cancel that the host did not confirm from one that it did', () => {
    const canceling: EndFacts = { ...facts, stop: 'cancel' }
    expect(decideEnd(stalled(false), canceling)).toEqual({ action: 'cancel', confirmed: false })
  })

  it('is handed back when this worker leaves, and dropped when the lock is another’s', () => {
    const end: PromptEnd = { outcome: 'detached', promptId: 'p' }
    expect(decideEnd(end, { ...facts, stop: 'shutdown' })).toEqual({ action: 'hand_back' })
    expect(decideEnd(end, { ...facts, stop: 'lock-lost' })).toEqual({ action: 'drop' })
  })
})

describe('something thrown', () => {
  it('fails without retry when the host refused the workflow, with its node errors', () => {
    const nodeErrors = { '3': { class_type: 'KSampler', dependent_outputs: ['9'], errors: [] } }
    const refused = new PromptRejected('prompt_outputs_failed_validation', 'no', nodeErrors)
    expect(decideThrown(refused, facts)).toMatchObject({
      action: 'fail',
      error: { code: 'invalid_workflow', details: { node_errors: nodeErrors } },
    })
  })

  it('is tried again when the host could not be reached', () => {
    const error = new HostError('unreachable', 'no')
    expect(decideThrown(error, facts)).toEqual({ action: 'retry', cause: 'host_unavailable' })
    expect(decideThrown(error, last)).toMatchObject({ error: { code: 'host_unavailable' } })
  })

  it('fails as output_missing when an output cannot be fetched', () => {
    expect(decideThrown(new OutputMissing('not_found', 'gone'), facts)).toMatchObject({
      action: 'fail',
      error: { code: 'output_missing', message: 'gone' },
    })
  })

  it('says nothing of an unexpected error', () => {
    const decision = decideThrown(new Error('password in /etc/secret'), facts)
    expect(decision).toMatchObject({ action: 'fail', error: { code: 'internal' } })
    expect(JSON.stringify(decision)).not.toContain('secret')
  })

  it('follows the reason to stop rather than what the abort made of the call', () => {
    const error = new HostError('unreachable', 'aborted')
    expect(decideThrown(error, { ...facts, stop: 'cancel' })).toMatchObject({ action: 'cancel' })
    expect(decideThrown('shutdown', { ...facts, stop: 'shutdown' })).toEqual({
      action: 'hand_back',
    })
    expect(decideThrown('x', { ...facts, stop: 'lock-lost' })).toEqual({ action: 'drop' })
  })
})
