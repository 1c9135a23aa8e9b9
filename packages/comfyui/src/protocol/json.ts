/** JSON as Python writes it: `NaN` and `Infinity` are not JSON, but ComfyUI sends them. */

/** A string literal (kept as it is) or one of Python's bare constants outside of strings. */
const STRING_OR_CONSTANT = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g

/**
 * Parses JSON text; bare `NaN`, `Infinity` and `-Infinity` become null.
 * @throws SyntaxError when the text is not JSON even so
 */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const mended = text.replace(STRING_OR_CONSTANT, (match) =>
      match.startsWith('"') ? match : 'null',
    )
    if (mended === text) throw error
    return JSON.parse(mended)
  }
}
