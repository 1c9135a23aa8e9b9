/** Failures of the device and not of the node: known by what was raised, and by the words that drivers and libraries use. */
import { NODE_NAME_MAX } from '@safelight/shared'
import type { NodeFailure } from '../protocol/host-message.ts'

/** `device_fault`: the device, or what the process holds of it, is broken; whatever runs there next may fail as well. */
export type DeviceFailure = 'out_of_memory' | 'device_fault'

/** Long messages quote what was sent: the words of a driver come first. */
const LOOK_AT = 4_000

const OUT_OF_MEMORY_TYPE = /(^|\.)(OutOfMemoryError|OOMError|OOM_EXCEPTION|MemoryError)$/i
const DEVICE_TYPE = /(^|\.)(AcceleratorError|DeferredCudaCallError|CudaError|CUDARuntimeError)$/i
/** What libraries raise when a device fails them. Of any other type the words may be the submitter's own. */
const CARRIES_DEVICE_WORDS =
  /(^|\.)(RuntimeError|OSError|SystemError|Exception|\w*Cuda\w*|\w*Accelerator\w*)$/i

interface Words {
  readonly kind: DeviceFailure
  readonly words: readonly string[]
}

/** In lower case. The first row that matches counts: memory before the rest, for its errors name the library, too. */
const TABLE: readonly Words[] = [
  {
    kind: 'out_of_memory',
    words: [
      'out of memory',
      'cublas_status_alloc_failed',
      'cudnn_status_alloc_failed',
      'cudaerrormemoryallocation',
      'would exceed allowed memory',
      'not enough memory: you tried to allocate',
      'not enough gpu video memory',
    ],
  },
  {
    kind: 'device_fault',
    words: [
      'cuda error',
      'cuda driver error',
      'cublas_status_',
      'cudnn_status_',
      'cufft_',
      'cusolver error',
      'cusparse_status_',
      'nvrtc',
      'nccl error',
      'hip error',
      'hipblas_status_',
      'hiperror',
      'miopenstatus',
      'rocblas_status_',
      'mps backend',
      'xpu error',
      'level zero error',
      'device-side assert',
      'illegal memory access',
      'an illegal instruction was encountered',
      'unspecified launch failure',
      'uncorrectable ecc error',
      'device is lost',
      'device lost',
      'no cuda gpus are available',
      'found no nvidia driver',
      'torch not compiled with cuda enabled',
      'no kernel image is available',
    ],
  },
]

/** @returns null when the node failed by itself */
export function toDeviceFailure(failure: NodeFailure): DeviceFailure | null {
  // whoever names a type names its end: the rest is a module's path
  const exceptionType = failure.exceptionType.slice(-NODE_NAME_MAX)
  if (OUT_OF_MEMORY_TYPE.test(exceptionType)) return 'out_of_memory'
  const isDeviceType = DEVICE_TYPE.test(exceptionType)
  if (isDeviceType || CARRIES_DEVICE_WORDS.test(exceptionType)) {
    const text = failure.message.slice(0, LOOK_AT).toLowerCase()
    const found = TABLE.find(({ words }) => words.some((word) => text.includes(word)))
    if (found) return found.kind
  }
  return isDeviceType ? 'device_fault' : null
}
