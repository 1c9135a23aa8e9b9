/** Rows in columns, as wide as what is in them. Pure. */
import stringWidth from 'string-width'
import type { TextColor, Paint } from './paint.ts'
import { toPlainText } from '../plain-text.ts'
import { cutText, padText } from './text.ts'

export interface Cell {
  text: string
  color?: TextColor
}

export interface TableOptions {
  /** Columns of the terminal: the last column is cut to fit. */
  width: number
  paint: Paint
}

const GAP = '  '

/** @param titles one per column; @returns lines, without rows only that of the titles */
export function toTableLines(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: TableOptions,
): string[] {
  const cells = rows.map((row) =>
    row.map(({ text, color }) => ({ text: toPlainText(text), color })),
  )
  const widths = titles.map((title, n) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[n]?.text ?? ''))),
  )
  const toLine = (row: readonly { text: string; color?: TextColor | undefined }[]) => {
    let used = 0
    const parts = titles.map((_, n) => {
      const { text = '', color = null } = row[n] ?? {}
      const last = n === titles.length - 1
      const cut = last ? cutText(text, Math.max(0, width - used)) : text
      used += (widths[n] ?? 0) + GAP.length
      const padding = last ? '' : padText(cut, widths[n] ?? 0).slice(cut.length)
      return paint(cut, color) + padding
    })
    return parts.join(GAP).trimEnd()
  }
  return [toLine(titles.map((text) => ({ text, color: 'dim' }))), ...cells.map(toLine)]
}
