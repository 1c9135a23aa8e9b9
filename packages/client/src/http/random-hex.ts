/** Random text for ids that nobody else has; `randomUUID` is missing on pages without https. */

/** @returns two hexadecimal digits per byte */
export function toRandomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes))
  return [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
