/** Colours of a terminal, from its own palette, so that they fit any theme. */

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const

export type Color = keyof typeof CODES

/** The text in the colour; the text alone where colours are not wanted. */
export type Paint = (text: string, color: Color | null) => string

export function createPaint(colors: boolean): Paint {
  return (text, color) => {
    if (!colors || color === null || text === '') return text
    const [on, off] = CODES[color]
    return `\u001B[${on}m${text}\u001B[${off}m`
  }
}
