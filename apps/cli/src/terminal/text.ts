/** Text for a terminal, cut and padded in columns. */
import stringWidth from 'string-width'

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
