/** A page of names in order. The cursor is the last name of the page before: whatever comes or goes, none is shown twice. */
import { ApiError } from '@safelight/shared'

export interface PageQuery {
  search?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** @throws ApiError when the cursor is not one of ours */
export function takePage(
  all: readonly string[],
  { search, limit, cursor }: PageQuery,
): { names: string[]; nextCursor: string | null } {
  const after = cursor === undefined ? null : readCursor(cursor)
  const wanted = search?.toLowerCase()
  const matching = all
    .filter((name) => after === null || name > after)
    .filter((name) => wanted === undefined || name.toLowerCase().includes(wanted))
    .sort()
  const names = matching.slice(0, limit)
  const last = names.at(-1)
  const isMore = matching.length > names.length && last !== undefined
  return { names, nextCursor: isMore ? Buffer.from(last).toString('base64url') : null }
}

function readCursor(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString()
  if (Buffer.from(name).toString('base64url') === cursor) return name
  throw new ApiError('invalid_request', 'cursor: not one of ours.')
}
