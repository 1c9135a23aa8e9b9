/** What travels along the links of a graph in place of tensors. */
import type { Picture } from '../picture/picture.ts'
import { PythonError } from '../python-error.ts'
import { PythonNumber } from '../read-python-json.ts'
import { isRecord, type Json } from '../record.ts'

export interface ImageValue {
  readonly kind: 'image'
  readonly pictures: readonly Picture[]
}

export interface MaskValue {
  readonly kind: 'mask'
  readonly value: number
  readonly width: number
  readonly height: number
}

export interface LatentValue {
  readonly kind: 'latent'
  /** In pixels. */
  readonly width: number
  readonly height: number
  readonly batch: number
  /** What the latent decodes to; null: nothing yet. */
  readonly pictures: readonly Picture[] | null
}

export interface ConditioningValue {
  readonly kind: 'conditioning'
  readonly text: string
}

export interface ModelValue {
  readonly kind: 'model'
  readonly name: string
}

export interface VideoValue {
  readonly kind: 'video'
  readonly pictures: readonly Picture[]
  readonly fps: number
}

interface Values {
  image: ImageValue
  mask: MaskValue
  latent: LatentValue
  conditioning: ConditioningValue
  model: ModelValue
  video: VideoValue
}

export function isValue<K extends keyof Values>(value: unknown, kind: K): value is Values[K] {
  return isRecord(value) && value['kind'] === kind
}

/** The value behind an input, or the kind of error Python raises for a wrong or missing one. */
export function readValue<K extends keyof Values>(
  inputs: Readonly<Json>,
  name: string,
  kind: K,
): Values[K] {
  const value = inputs[name]
  if (isValue(value, kind)) return value
  const given = value === null || value === undefined ? 'NoneType' : typeof value
  throw new PythonError('AttributeError', `'${given}' object has no attribute '${kind}'`)
}

export function readNumber(inputs: Readonly<Json>, name: string, fallback = 0): number {
  const value = inputs[name]
  if (typeof value === 'number') return value
  if (value instanceof PythonNumber) return Number(value.text)
  return typeof value === 'boolean' ? Number(value) : fallback
}

export function readString(inputs: Readonly<Json>, name: string, fallback = ''): string {
  const value = inputs[name]
  return typeof value === 'string' ? value : fallback
}

export function firstPicture(image: { readonly pictures: readonly Picture[] }): Picture {
  const [first] = image.pictures
  if (!first)
    throw new PythonError('IndexError', 'index 0 is out of bounds for dimension 0 with size 0')
  return first
}
