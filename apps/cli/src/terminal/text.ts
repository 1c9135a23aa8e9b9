/** Text for a terminal: free of what would act on it, cut and padded in columns. */
import stringWidth from 'string-width'

/** Control characters act on the terminal, direction marks reorder its line: text from elsewhere may do neither. */
const ACTING = /[\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu

/** One line, safe to print whoever wrote it. */
export function toPlainText(text: string): string {
  return text.replace(ACTING, ' ').trim()
}

/** At most `width` columns; what is cut ends with `…`. */
export function cutText(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let cut = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment)
    if (used > width - 1) break
    cut += segment
  }
  return width > 0 ? `${cut.trimEnd()}…` : ''
}

/** At least `width` columns. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}
