/** Inputs that mean the same on whichever node they are: what they are called for people, and their range. */
import { memberOf } from '@safelight/shared'
import type { NumberField, Role } from './field.ts'

type NumberRange = Pick<NumberField, 'min' | 'max' | 'step' | 'usualMax'>

export type KnownInput = { role: Role; label: string } & (
  | { kind: 'seed' }
  | { kind: 'choice' }
  | ({ kind: 'int' | 'float' } & NumberRange)
)

const steps = { kind: 'int', min: 1, max: 10_000, step: 1, usualMax: 60 } as const
const guidance = { kind: 'float', min: 0, max: 100, step: 0.1, usualMax: 20 } as const
const strength = { kind: 'float', min: -100, max: 100, step: 0.05, usualMax: 2 } as const
const count = { kind: 'int', min: 1, max: 4096, step: 1, usualMax: 16 } as const

const KNOWN_INPUTS: Readonly<Record<string, KnownInput>> = {
  seed: { kind: 'seed', role: 'seed', label: 'Seed' },
  noise_seed: { kind: 'seed', role: 'seed', label: 'Seed' },
  steps: { ...steps, role: 'steps', label: 'Steps' },
  cfg: { ...guidance, role: 'guidance', label: 'Guidance' },
  guidance: { ...guidance, role: 'guidance', label: 'Guidance' },
  batch_size: { ...count, role: 'batch', label: 'Pictures per job' },
  length: { ...count, role: 'frames', label: 'Frames', usualMax: 240 },
  fps: {
    kind: 'float',
    min: 0.01,
    max: 1000,
    step: 1,
    usualMax: 60,
    role: 'frames',
    label: 'Frames per second',
  },
  ckpt_name: { kind: 'choice', role: 'model', label: 'Model' },
  unet_name: { kind: 'choice', role: 'model', label: 'Model' },
  lora_name: { kind: 'choice', role: 'model', label: 'LoRA' },
  vae_name: { kind: 'choice', role: 'model', label: 'VAE' },
  control_net_name: { kind: 'choice', role: 'model', label: 'ControlNet' },
  model_name: { kind: 'choice', role: 'model', label: 'Upscale model' },
  strength_model: { ...strength, role: 'strength', label: 'LoRA strength' },
  sampler_name: { kind: 'choice', role: 'sampler', label: 'Sampler' },
  scheduler: { kind: 'choice', role: 'scheduler', label: 'Scheduler' },
  denoise: {
    kind: 'float',
    min: 0,
    max: 1,
    step: 0.01,
    usualMax: 1,
    role: 'denoise',
    label: 'Denoise',
  },
}

export function toKnownInput(input: string): KnownInput | undefined {
  return memberOf(KNOWN_INPUTS, input)
}
