/** Fields of messages as Python writes them. What has another shape reads as undefined. */

export type Fields = Record<string, unknown>

/** Python may send ids as numbers; ours are strings throughout. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return isNumber(value) ? String(value) : undefined
}

export function idOrNull(value: unknown): string | null | undefined {
  return value === null || value === undefined ? null : idOf(value)
}

/** A tick may be a float; NaN and Infinity arrive as null and count as nothing. */
export function tickOf(value: unknown): number | undefined {
  if (value === null) return 0
  return isNumber(value) ? value : undefined
}

export function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}
