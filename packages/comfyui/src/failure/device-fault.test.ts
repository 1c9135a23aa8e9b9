import { expect, it } from 'vitest'
import { toDeviceFailure } from './device-fault.ts'

const failure = (exceptionType: string, message: string) => ({
  nodeId: '3',
  nodeType: 'KSampler',
  exceptionType,
  message,
  traceback: [],
})

it.each([
  ['torch.OutOfMemoryError', 'whatever it says', 'out_of_memory'],
  ['torch.cuda.OutOfMemoryError', '', 'out_of_memory'],
  ['MemoryError', '', 'out_of_memory'],
  ['RuntimeError', 'CUDA out of memory. Tried to allocate 2.00 GiB', 'out_of_memory'],
  ['RuntimeError', 'CUDA error: out of memory', 'out_of_memory'],
  ['RuntimeError', 'HIP out of memory. Tried to allocate 20.00 MiB', 'out_of_memory'],
  ['RuntimeError', 'MPS backend out of memory (MPS allocated: 18 GB)', 'out_of_memory'],
  ['RuntimeError', 'CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling x', 'out_of_memory'],
  [
    'RuntimeError',
    '[enforce fail at alloc_cpu.cpp:115] DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes',
    'out_of_memory',
  ],
  ['RuntimeError', 'CUDA error: an illegal memory access was encountered', 'device_fault'],
  ['RuntimeError', 'CUDA error: device-side assert triggered', 'device_fault'],
  ['RuntimeError', 'CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling x', 'device_fault'],
  ['RuntimeError', 'cuDNN error: CUDNN_STATUS_NOT_INITIALIZED', 'device_fault'],
  ['RuntimeError', 'HIP error: invalid device function', 'device_fault'],
  ['RuntimeError', 'Unable to find NVRTC: nvrtc: error: failed to open', 'device_fault'],
  ['RuntimeError', 'No CUDA GPUs are available', 'device_fault'],
  ['AssertionError', 'Torch not compiled with CUDA enabled', null],
  ['torch.AcceleratorError', 'CUDA error: unspecified launch failure', 'device_fault'],
  ['torch.AcceleratorError', 'something new', 'device_fault'],
  ['ValueError', 'bad latent', null],
  ['RuntimeError', 'mat1 and mat2 shapes cannot be multiplied', null],
  // the words of a submitter are not a driver's
  ['ValueError', "the prompt 'CUDA error: out of memory' is too long", null],
  ['KeyError', "'out of memory'", null],
  ['NotOutOfMemoryErrorAtAll', 'out of memory', null],
] as const)('takes %s %j for %s', (exceptionType, message, kind) => {
  expect(toDeviceFailure(failure(exceptionType, message))).toBe(kind)
})

it('looks at the beginning of a long message only', () => {
  const long = `${'x'.repeat(1_000_000)} CUDA error`
  expect(toDeviceFailure(failure('RuntimeError', long))).toBeNull()
})
