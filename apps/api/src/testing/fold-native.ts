/** Folds `format=native` frames with the shared reducer, as a client does, and checks each against its schema. */
import {
  nativeEventSchema,
  nativeOpenSchema,
  nativePositionSchema,
  nativeSnapshotSchema,
  reduceJob,
  type SnapshotView,
  ssePreviewSchema,
} from '@safelight/shared'
import type { SseFrame } from '@safelight/testkit'
import { expect } from 'vitest'

const SCHEMAS = {
  open: nativeOpenSchema,
  position: nativePositionSchema,
  preview: ssePreviewSchema,
}

/** @param start what a returning client still holds */
export function foldNative(
  frames: readonly SseFrame[],
  start: SnapshotView | null = null,
): SnapshotView | null {
  return frames.reduce<SnapshotView | null>((held, { event, data }) => {
    switch (event) {
      case 'snapshot':
      case 'resync':
        return exactly(nativeSnapshotSchema, data).snapshot
      case 'event': {
        const parsed = exactly(nativeEventSchema, data)
        // outputs in events carry urls too, so the fold of views is a view
        return held && (reduceJob(held, parsed) as SnapshotView)
      }
      case 'open':
      case 'position':
      case 'preview':
        exactly<unknown>(SCHEMAS[event], data)
        return held
      default:
        throw new Error(`a frame nobody knows: ${event}`)
    }
  }, start)
}

/** Parsed, and nothing lost by it: the schema names every field. */
function exactly<T>(schema: { parse(data: unknown): T }, data: unknown): T {
  const parsed = schema.parse(data)
  expect(parsed).toEqual(data)
  return parsed
}
