import type { NodeFailure, PromptEnd } from '@safelight/comfyui'
import { describe, expect, it } from 'vitest'
import { decideAfterEnd, type StopFacts } from './decide-job.ts'

const facts: StopFacts = { stop: null }
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
    const collect = { action: 'collect', promptId: 'p', files: outputs, partial: null }
    expect(decideAfterEnd(end, facts)).toEqual(collect)
    expect(decideAfterEnd(end, { ...facts, stop: 'cancel' })).toEqual(collect)
  })

  it('fails with node, class and a traceback that names no host path', () => {
    const decision = decideAfterEnd(
      { outcome: 'failed', promptId: 'p', outputs: [], failure },
      facts,
    )
    expect(decision).toMatchObject({
      action: 'give_up',
      cause: 'node',
      error: { code: 'node_execution_error', node_id: '3', class_type: 'KSampler' },
    })
    expect(JSON.stringify(decision)).not.toContain('/opt/comfy')
    expect(JSON.stringify(decision)).toContain('execution.py')
  })

  it('fails as out_of_memory by the exception’s type or a driver’s words', () => {
    const end = (exceptionType: string, message: string): PromptEnd => ({
      outcome: 'failed',
      promptId: 'p',
      outputs: [],
      failure: { ...failure, exceptionType, message },
    })
    expect(decideAfterEnd(end('torch.OutOfMemoryError', 'x'), facts)).toMatchObject({
      cause: 'out_of_memory',
      error: { code: 'out_of_memory' },
    })
    expect(decideAfterEnd(end('RuntimeError', 'out of memory'), facts)).toMatchObject({
      cause: 'out_of_memory',
      error: { code: 'out_of_memory' },
    })
    expect(decideAfterEnd(end('RuntimeError', 'bad shape'), facts)).toMatchObject({
      cause: 'node',
      error: { code: 'node_execution_error' },
    })
    expect(decideAfterEnd(end('RuntimeError', 'CUDA error: x'), facts)).toMatchObject({
      cause: 'device_fault',
      error: { code: 'node_execution_error' },
    })
  })

  it('is canceled when it was interrupted because its cancel was asked', () => {
    const end: PromptEnd = { outcome: 'canceled', promptId: 'p', outputs: [] }
    expect(decideAfterEnd(end, { stop: 'cancel' })).toEqual({ action: 'cancel', confirmed: true })
  })

  it('is given up when it was interrupted and nobody had asked for a cancel', () => {
    const end: PromptEnd = { outcome: 'canceled', promptId: 'p', outputs: [] }
    expect(decideAfterEnd(end, facts)).toMatchObject({
      action: 'give_up',
      cause: 'interrupted',
      orphaned: false,
      error: { code: 'interrupted' },
    })
  })

  it.each<PromptEnd>([
    { outcome: 'canceled', promptId: 'p', outputs: [] },
    lost,
    stalled(true),
    stalled(false),
  ])(
    'is left to a successor when this worker leaves, however it ended without success: %j',
    (end) => {
      expect(decideAfterEnd(end, { stop: 'shutdown' })).toEqual({ action: 'hand_back', delayMs: 0 })
    },
  )

  it('is given up when its host lost it, and nothing is left there', () => {
    expect(decideAfterEnd(lost, facts)).toMatchObject({
      action: 'give_up',
      cause: 'host_unavailable',
      orphaned: false,
      error: { code: 'host_unavailable' },
    })
  })

  it('is not tried again when it was lost while it was being stopped', () => {
    expect(decideAfterEnd(lost, { stop: 'cancel' })).toMatchObject({ action: 'cancel' })
    expect(decideAfterEnd(lost, { stop: 'timeout' })).toMatchObject({ error: { code: 'timeout' } })
  })

  it.each([true, false])('is given up as stalled, host obeyed: %s', (interrupted) => {
    expect(decideAfterEnd(stalled(interrupted), facts)).toMatchObject({
      action: 'give_up',
      cause: 'stalled',
      error: { code: 'stalled' },
    })
  })

  it('fails as timeout when its time was up, whatever the interrupt made of it', () => {
    const timeout: StopFacts = { stop: 'timeout' }
    const interrupted: PromptEnd = { outcome: 'canceled', promptId: 'p', outputs: [] }
    const raised: PromptEnd = { outcome: 'failed', promptId: 'p', outputs: [], failure }
    for (const end of [interrupted, raised, stalled(false)]) {
      expect(decideAfterEnd(end, timeout)).toMatchObject({
        action: 'fail',
        error: { code: 'timeout' },
      })
    }
    expect(decideAfterEnd(stalled(false), timeout)).toMatchObject({ confirmed: false })
  })

  it('keeps the failure of a node that was faster than the cancel', () => {
    const raised: PromptEnd = { outcome: 'failed', promptId: 'p', outputs: [], failure }
    expect(decideAfterEnd(raised, { stop: 'cancel' })).toMatchObject({
      action: 'fail',
      error: { code: 'node_execution_error' },
    })
  })

  it('tells a cancel that the host did not confirm from one that it did', () => {
    const canceling: StopFacts = { ...facts, stop: 'cancel' }
    expect(decideAfterEnd(stalled(false), canceling)).toEqual({
      action: 'cancel',
      confirmed: false,
    })
  })

  it('is taken back when it had not begun, unless the job was to end', () => {
    const end: PromptEnd = { outcome: 'withdrawn', promptId: 'p' }
    expect(decideAfterEnd(end, facts)).toEqual({ action: 'take_back' })
    expect(decideAfterEnd(end, { stop: 'shutdown' })).toEqual({ action: 'take_back' })
    expect(decideAfterEnd(end, { stop: 'cancel' })).toEqual({ action: 'cancel', confirmed: true })
    expect(decideAfterEnd(end, { stop: 'timeout' })).toMatchObject({ action: 'fail' })
    expect(decideAfterEnd(end, { stop: 'claim-lost' })).toEqual({ action: 'claim_lost' })
  })

  it('is handed back when this worker leaves, and dropped when the lock is another’s', () => {
    const end: PromptEnd = { outcome: 'detached', promptId: 'p' }
    expect(decideAfterEnd(end, { stop: 'shutdown' })).toEqual({ action: 'hand_back', delayMs: 0 })
    expect(decideAfterEnd(end, { stop: 'claim-lost' })).toEqual({ action: 'claim_lost' })
    // noticed while it was being canceled
    const canceled: PromptEnd = { outcome: 'canceled', promptId: 'p', outputs: [] }
    expect(decideAfterEnd(canceled, { stop: 'claim-lost' })).toEqual({ action: 'claim_lost' })
  })
})
