/** JSON as Python writes it: `NaN` and `Infinity` are not JSON, but ComfyUI sends them. */
import { withoutConstants } from '@safelight/shared'

/**
 * Parses JSON text; bare `NaN`, `Infinity` and `-Infinity` become null.
 * @throws SyntaxError when the text is not JSON even so
 */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const mended = withoutConstants(text)
    if (mended === text) throw error
    return JSON.parse(mended)
  }
}
