/** An exception as ComfyUI would name it: nodes raise these, messages carry the Python type. */
import type { RaisedFault } from './faults/faults.ts'

export class PythonError extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.name = 'PythonError'
    this.type = type
  }
}

export function pythonTypeOf(error: unknown): string {
  if (error instanceof PythonError) return error.type
  return error instanceof TypeError ? 'TypeError' : 'Exception'
}

/** Python prints a missing key as its repr: KeyError('77') becomes '77' with the quotes. */
export function keyError(key: unknown): PythonError {
  return new PythonError('KeyError', typeof key === 'string' ? `'${key}'` : String(key))
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What a broken device makes of whatever runs there. */
export function raisedFault(fault: Exclude<RaisedFault, 'none'>): PythonError {
  return fault === 'oom' ? outOfMemory() : new PythonError('RuntimeError', RUNTIME_ERRORS[fault])
}

const RUNTIME_ERRORS = {
  oom_words: 'CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.99 GiB total capacity)',
  cuda: 'CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be asynchronously reported at some other API call',
  cublas:
    'CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa, opb)`',
} as const

export function outOfMemory(): PythonError {
  return new PythonError(
    'torch.OutOfMemoryError',
    'Allocation on device 0 would exceed allowed memory. (out of memory)',
  )
}
