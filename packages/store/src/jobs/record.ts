/** The job record as it is stored: which version wrote it, and the job's snapshot. */
import { type Snapshot, snapshotSchema } from '@safelight/shared'

/**
 * Field `v`, up to which records are understood. A record without it was written by 0.1.0, and has the fields of the first.
 * 2: the job asks for something that its worker must be able to do (`SKILLS`); who reads only 1 does not touch it.
 */
export const RECORD_VERSION = 2
/** Of records that say nothing new: servers of a version before may read and change them during an upgrade. */
export const PLAIN_RECORD_VERSION = 1

/** A newer Safelight wrote the record: what its fields mean cannot be known here, so nothing is made of them. */
export class RecordTooNew extends Error {
  readonly code = 'record_too_new'

  constructor(version: string) {
    super(
      `a job record of version ${version} cannot be read: only versions up to ${RECORD_VERSION}`,
    )
    this.name = 'RecordTooNew'
  }
}

/** The record is damaged, or of a shape that this version does not know: reading it again does not help. */
export class RecordUnreadable extends Error {
  readonly code = 'record_unreadable'

  constructor(cause: unknown) {
    super('a job record cannot be read', { cause })
    this.name = 'RecordUnreadable'
  }
}

/** @throws RecordTooNew */
export function checkVersion(version: string | null | undefined): void {
  if (version != null && !(Number(version) <= RECORD_VERSION)) throw new RecordTooNew(version)
}

/**
 * @param fields `v` and `snapshot` of the hash, in this order
 * @returns null when there is no record
 * @throws RecordTooNew, RecordUnreadable
 */
export function parseRecord([version, json]: readonly (string | null)[]): Snapshot | null {
  checkVersion(version)
  return json ? parseSnapshot(json) : null
}

/** @throws RecordUnreadable */
export function parseSnapshot(json: string): Snapshot {
  return parseStored(() => snapshotSchema.parse(JSON.parse(json)))
}

/** @throws RecordUnreadable for whatever the parser throws */
export function parseStored<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new RecordUnreadable(error)
  }
}

/** For who looks at many: one that cannot be read must not hide the others. */
export function readRecord(fields: readonly (string | null)[]): Snapshot | 'unreadable' | null {
  try {
    return parseRecord(fields)
  } catch (error) {
    if (isUnreadable(error)) return 'unreadable'
    throw error
  }
}

/** It is the record, not the store. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof RecordUnreadable || error instanceof RecordTooNew
}
