/** Text for a terminal: free of what would act on it, measured and cut in columns. */

/** Control characters act on the terminal, direction marks reorder its line: text from elsewhere may do neither. */
const ACTING = /[\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu
const ASCII = /^[ -~]*$/
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
/** Emoji, and what East Asian scripts draw over two columns. */
const WIDE =
  /\p{Emoji_Presentation}|\p{Regional_Indicator}|\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u

/** One line, safe to print whoever wrote it. */
export function toPlainText(text: string): string {
  return text.replace(ACTING, ' ').trim()
}

/** Columns that plain text takes. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length
  return graphemesOf(text).reduce((sum, grapheme) => sum + widthOfGrapheme(grapheme), 0)
}

/** At most `width` columns; what is cut ends with `…`. */
export function cutText(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let cut = ''
  let used = 0
  for (const grapheme of graphemesOf(text)) {
    used += widthOfGrapheme(grapheme)
    if (used > width - 1) break
    cut += grapheme
  }
  return width > 0 ? `${cut.trimEnd()}…` : ''
}

/** At least `width` columns. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

function graphemesOf(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)
}

function widthOfGrapheme(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}
