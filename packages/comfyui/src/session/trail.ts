/**
 * What a prompt has still to say when it has ended. A host shows the end in its history at once, and sends what was said
 * before it in its turn: pictures have to be encoded first. Whoever wants them waits for the message that announces the
 * end. Pure.
 */
import type { Sighting } from './look.ts'
import type { SessionTimings } from './timings.ts'

export interface Trail {
  /** Messages are wanted to the last one. */
  readonly wanted: boolean
  /** This connection is to bring the one that announces the end. */
  readonly awaited: boolean
  /** What history said, while more is to come. */
  readonly ended: (Sighting & { at: 'ended' }) | null
  /** Since when nothing came, once it has ended. */
  readonly since: number
}

export const NO_TRAIL: Trail = { wanted: false, awaited: false, ended: null, since: 0 }

/** A message of the prompt has come. */
export function tellTrail(
  trail: Trail,
  { isLast, atMs }: { isLast: boolean; atMs: number },
): Trail {
  return { ...trail, awaited: !isLast, since: atMs }
}

/** The connection is closed: what it was to bring is lost. */
export function leaveTrail(trail: Trail): Trail {
  return { ...trail, awaited: false }
}

/** History shows the end. */
export function followTrail(trail: Trail, ended: Sighting & { at: 'ended' }, atMs: number): Trail {
  return trail.ended ? trail : { ...trail, ended, since: atMs }
}

/** Whether to wait for more, and not for too long. */
export function isToCome(
  { wanted, awaited, since }: Trail,
  atMs: number,
  { trailMs }: Pick<SessionTimings, 'trailMs'>,
): boolean {
  return wanted && awaited && atMs - since < trailMs
}
