/** What people edit in a workflow without looking at the graph. */
import type { AssetReference, InputMedia } from '@safelight/client'
import type { ExactNumber } from '@safelight/shared'
import type { Place } from './links.ts'

export interface Size {
  width: number
  height: number
}

/** What a field means, whatever its node calls it; also the order in which fields are listed. */
export const ROLES = [
  'prompt',
  'avoid',
  'text',
  'media',
  'seed',
  'steps',
  'guidance',
  'size',
  'batch',
  'frames',
  'color',
  'model',
  'strength',
  'sampler',
  'scheduler',
  'denoise',
] as const
export type Role = (typeof ROLES)[number]

interface Common extends Place {
  /** Names the field in its workflow; stays the same while values change. */
  id: string
  role: Role
  label: string
  /** The node that works with the value; the value itself may stand at another (a primitive). */
  usedBy: string
  /** Title of that node. */
  nodeTitle: string
}

export interface TextField extends Common {
  kind: 'text'
  value: string
}
export interface SeedField extends Common {
  kind: 'seed'
  /** Of 64 bits: to its last digit. */
  value: number | ExactNumber
}
export interface NumberField extends Common {
  kind: 'int' | 'float'
  value: number
  min: number
  max: number
  step: number
  /** Where a slider ends; larger numbers can be typed. */
  usualMax: number
}
/** A name out of a list that only the host knows: a file, a sampler. */
export interface ChoiceField extends Common {
  kind: 'choice'
  value: string
  /** The class and the input that take it; the value may stand at another. */
  takenBy: { className: string; input: string }
}
/** A file that people bring along: its name on the hosts, an address, or an asset. */
export interface MediaField extends Common {
  kind: 'media'
  media: InputMedia
  value: string | AssetReference
  /** A mask of the picture goes on to other nodes. */
  usesMask: boolean
}
/** 0xRRGGBB */
export interface ColorField extends Common {
  kind: 'color'
  value: number
}
/** The place of the field is that of the width. */
export interface SizeField extends Common {
  kind: 'size'
  value: Size
  step: number
  height: Place
}

export type Field =
  | TextField
  | SeedField
  | NumberField
  | ChoiceField
  | ColorField
  | SizeField
  | MediaField
export type FieldValue = Field['value']

/** Every input the field writes to. */
export function placesOf(field: Field): Place[] {
  const place = { nodeId: field.nodeId, input: field.input }
  return field.kind === 'size' ? [place, field.height] : [place]
}
