/** Input declarations that many nodes share. */
import { PythonNumber } from '../read-python-json.ts'
import type { InputSpec } from './node-class.ts'

export const image: InputSpec = ['IMAGE']
export const latent: InputSpec = ['LATENT']
export const any: InputSpec = ['*', {}]
/** Whatever is linked, as long as it is the same everywhere. */
export const MATCH_TYPE = 'COMFY_MATCHTYPE_V3'
export const prefix: InputSpec = [
  'STRING',
  { default: 'ComfyUI', tooltip: 'The prefix for the file to save.' },
]

export function int(defaultValue: number, min: number, max: number): InputSpec {
  return ['INT', { default: defaultValue, min, max, step: 1 }]
}

export function float(defaultValue: number, min: number, max: number): InputSpec {
  return ['FLOAT', { default: defaultValue, min, max, step: 0.01 }]
}

export const batchSize: InputSpec = ['INT', { default: 1, min: 1, max: 4096 }]
export const seed: InputSpec = [
  'INT',
  {
    default: 0,
    min: 0,
    max: new PythonNumber('18446744073709551615'),
    control_after_generate: true,
  },
]

export const MAX_SIDE = 16_384
export const savingHidden = { prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO' }
