import { describe, expect, it } from 'vitest'
import { stripPaths } from './strip-paths.ts'
import { toJobError } from './to-job-error.ts'

const failure = {
  nodeId: '5',
  nodeType: 'KSampler',
  exceptionType: 'ValueError',
  message: 'bad',
  traceback: [],
}

describe('toJobError', () => {
  it.each([
    ['torch.OutOfMemoryError', 'out_of_memory'],
    ['torch.cuda.OutOfMemoryError', 'out_of_memory'],
    ['comfy.model_management.OOM_EXCEPTION', 'out_of_memory'],
    ['MemoryError', 'out_of_memory'],
    ['RuntimeError', 'node_execution_error'],
    ['NotOutOfMemoryErrorAtAll', 'node_execution_error'],
  ])('calls %s %s', (exceptionType, code) => {
    expect(toJobError({ ...failure, exceptionType }).code).toBe(code)
  })

  it('tells the node and what it said, without a place on the host', () => {
    const error = toJobError({
      ...failure,
      message: "No such file: '/home/gpu/ComfyUI/models/x.safetensors'",
      traceback: [
        '  File "/home/gpu/ComfyUI/execution.py", line 3, in get\n',
        '  File "C:\\Users\\me\\Comfy UI\\nodes.py", line 9\n',
      ],
    })
    expect(error).toEqual({
      code: 'node_execution_error',
      message: "No such file: 'x.safetensors'",
      node_id: '5',
      class_type: 'KSampler',
      traceback: '  File "execution.py", line 3, in get\n  File "nodes.py", line 9\n',
    })
  })

  it('knows folders in any script', () => {
    expect(stripPaths('in /home/jörg/画像/comfy/x.py, line 1')).toBe('in x.py, line 1')
  })

  it('leaves urls and fractions alone', () => {
    expect(stripPaths('see https://example.com/a/b for 3/4 and/or 1/2')).toBe(
      'see https://example.com/a/b for 3/4 and/or 1/2',
    )
  })

  it('bounds what a node may say', () => {
    expect(toJobError({ ...failure, message: 'x'.repeat(10_000) }).message).toHaveLength(2_000)
  })
})
