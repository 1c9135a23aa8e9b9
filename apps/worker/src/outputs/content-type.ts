/** What an output is, by how it begins; its name only says which kind of text it is. Nothing that a browser would run. */
import { toKind } from '@safelight/assets'
import { memberOf, type OutputType } from '@safelight/shared'

export const TEXT_TYPE = 'text/plain; charset=utf-8'

/** ComfyUI writes UTF-8. */
const TEXT_TYPES: Readonly<Record<string, string>> = {
  'text/plain': TEXT_TYPE,
  // to be read, not rendered
  'text/markdown': TEXT_TYPE,
  'text/csv': 'text/csv; charset=utf-8',
}

/** @param head the first bytes */
export function toContentType(
  head: Uint8Array,
  name: string,
): { type: OutputType; contentType: string } {
  // the host's word is not asked
  const { type, contentType } = toKind(head, { declared: '', name })
  return { type, contentType: memberOf(TEXT_TYPES, contentType) ?? contentType }
}
