/** What newer servers say of a file they list. */
import type { StoredFile } from '../files/file-store.ts'
import type { NodeEnvironment } from './node-class.ts'

export interface Media {
  readonly kind: 'image' | 'video'
  readonly width: number
  readonly height: number
  /** Of films: seconds, and how many frames make them. */
  readonly duration?: number
  readonly fps?: number
  readonly frame_count?: number
}

export function withMedia(
  { traits }: NodeEnvironment,
  item: StoredFile,
  metadata: Media,
): StoredFile & { readonly metadata?: Media } {
  return traits.newest ? { ...item, metadata } : item
}

export interface Film {
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly fps: number
}

export function filmMedia({ width, height, frames, fps }: Film): Media {
  return { kind: 'video', width, height, duration: frames / fps, fps, frame_count: frames }
}
