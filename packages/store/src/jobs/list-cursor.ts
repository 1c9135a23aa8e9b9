/** The opaque cursor of a job list: where the last page ended. */
import { z } from 'zod'

export interface Cursor {
  createdAt: number
  jobId: string
}

const cursorSchema = z.tuple([z.number(), z.string()])

/** The cursor is not one of ours: the client's mistake. */
export class InvalidCursor extends Error {
  readonly code = 'invalid_cursor'

  constructor() {
    super('the cursor is not one that a previous page gave')
    this.name = 'InvalidCursor'
  }
}

export function encodeCursor({ createdAt, jobId }: Cursor): string {
  return Buffer.from(JSON.stringify([createdAt, jobId])).toString('base64url')
}

export function decodeCursor(cursor: string): Cursor {
  try {
    const json: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const [createdAt, jobId] = cursorSchema.parse(json)
    return { createdAt, jobId }
  } catch {
    throw new InvalidCursor()
  }
}
