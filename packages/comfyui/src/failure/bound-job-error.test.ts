import { JOB_ERROR_MAX_BYTES, jsonBytes, PROBLEM_MAX_BYTES } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { parseRefusal } from '../client/parse-submit.ts'
import { PromptRejected } from '../errors.ts'
import { judgeHistory } from '../history/judge.ts'
import { decodeText } from '../protocol/decode.ts'
import { hugeError } from '../testing/huge-error.ts'
import { boundJobError, cleanTraceback, toRejectionError } from './bound-job-error.ts'
import { toJobError } from './to-job-error.ts'

/** A refusal that names every file of a host, at every node. */
function hugeRefusal(nodes: number, files: number): PromptRejected {
  const names = Array.from({ length: files }, (_, n) => `/srv/secret/models/file-${n}.safetensors`)
  const error = {
    type: 'value_not_in_list',
    message: 'Value not in list',
    details: `ckpt_name: 'x' not in ${JSON.stringify(names)}`,
    extra_info: {
      input_name: 'ckpt_name',
      input_config: [names, { tooltip: 'C:\\secret\\models\\x.pt' }],
      received_value: '/srv/secret/models/x',
      traceback: ['  File "/srv/secret/path/x.py", line 1\n'],
    },
  }
  const ids = Array.from({ length: nodes }, (_, n) => String(n))
  const refused = parseRefusal({
    error: { type: 'prompt_outputs_failed_validation', message: 'Prompt failed', details: '' },
    node_errors: Object.fromEntries(
      ids.map((id) => [id, { class_type: 'Loader', dependent_outputs: ids, errors: [error] }]),
    ),
  })
  if (!refused) throw new Error('not read as a refusal')
  return refused
}

describe('an execution error of megabytes', () => {
  it('is small and clean, from the socket and from history', () => {
    const data = hugeError('PID')
    const message = decodeText(JSON.stringify({ type: 'execution_error', data }))
    const entry = judgeHistory('PID', {
      status: { status_str: 'error', completed: false, messages: [['execution_error', data]] },
    })
    if (message.type !== 'execution_error' || !entry?.failure) throw new Error('not understood')
    for (const failure of [message.failure, entry.failure]) {
      const error = toJobError(failure)
      expect(error).toMatchObject({ message: 'boom', node_id: '1', class_type: 'KSampler' })
      expect(error.traceback).toMatch(/^ {2}File "x.py", line 1\n/)
      expect(jsonBytes(error)).toBeLessThan(10_000)
      expect(JSON.stringify(error)).not.toMatch(/secret|sk-do-not-show|0\.1234/)
    }
  })

  it('is read whatever its lines are', () => {
    const nest = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const message = decodeText(
      `{"type":"execution_error","data":{"prompt_id":"p","traceback":["a",{"toString":1},${nest},"b"]}}`,
    )
    expect(message).toMatchObject({ failure: { traceback: ['a', 'b'] } })
  })

  it.each<[string, string[]]>([
    ['one line', ['/srv/secret/'.repeat(100_000)]],
    ['many empty lines', Array.from({ length: 1_000_000 }, () => '')],
    ['one path', [`"/srv/secret/${'x'.repeat(100_000)}`]],
    ['lines without an end', Array.from({ length: 10_000 }, () => ' /srv/secret/x.py')],
  ])('keeps the end of a traceback of %s', (_what, lines) => {
    const traceback = cleanTraceback(lines)
    expect(traceback.length).toBeLessThanOrEqual(8_000)
    expect(traceback).not.toContain('/srv')
  })

  it('has a size whatever its characters are', () => {
    const worst = '\u0001'.repeat(100_000)
    const error = boundJobError({
      code: 'internal',
      message: worst,
      node_id: worst,
      class_type: worst,
      traceback: worst,
      details: { worst, list: Array.from({ length: 1_000 }, () => worst.slice(0, 1_000)) },
    })
    expect(jsonBytes(error)).toBeLessThan(JOB_ERROR_MAX_BYTES)
  })
})

describe('a refusal', () => {
  it.each([
    [1, 20_000],
    [5_000, 1],
    [1_000, 1_000],
    [100, 100],
  ])('of %i nodes that name %i files is small and without paths', (nodes, files) => {
    const error = toRejectionError(hugeRefusal(nodes, files))
    expect(jsonBytes(error)).toBeLessThan(70 * 1024)
    expect(JSON.stringify(error)).not.toMatch(/secret/)
    const { node_errors, more_problems = 0 } = error.details ?? {}
    const told = Object.values(node_errors ?? {})
    expect(told.length + Number(more_problems)).toBe(nodes)
    for (const node of told) expect(jsonBytes(node)).toBeLessThan(PROBLEM_MAX_BYTES + 2_000)
    expect(error.message).toContain(nodes === told.length ? 'Prompt failed' : '… and')
  })

  it('is read where a node names no outputs', () => {
    const errors = [{ type: 't', message: 'm', details: '', extra_info: {} }]
    const refused = parseRefusal({ error: 'no', node_errors: { '1': { class_type: 'A', errors } } })
    expect(refused?.nodeErrors).toEqual({ '1': { class_type: 'A', dependent_outputs: [], errors } })
  })

  it('of one node is told in full', () => {
    const problem = { type: 't', message: 'm', details: 'd', extra_info: { input_name: 'x' } }
    const nodes = { '1': { class_type: 'A', dependent_outputs: ['2'], errors: [problem] } }
    expect(toRejectionError(new PromptRejected('why', 'no', nodes))).toEqual({
      code: 'invalid_workflow',
      message: 'no',
      details: { reason: 'why', node_errors: nodes },
    })
  })
})
