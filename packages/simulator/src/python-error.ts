/** An exception as ComfyUI would name it: nodes raise these, messages carry the Python type. */

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

export function outOfMemory(): PythonError {
  return new PythonError(
    'torch.OutOfMemoryError',
    'Allocation on device 0 would exceed allowed memory. (out of memory)',
  )
}
