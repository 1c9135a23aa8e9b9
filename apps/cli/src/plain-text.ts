/** Text from elsewhere, free of what would act on a terminal. */

/** Control characters act on the terminal, direction marks reorder its line: text from elsewhere may do neither. */
const ACTING = /[\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu

/** One line, safe to print whoever wrote it. */
export function toPlainText(text: string): string {
  return text.replace(ACTING, ' ').trim()
}
