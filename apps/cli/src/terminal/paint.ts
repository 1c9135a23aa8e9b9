/** Colours of a terminal, from its own palette, so that they fit any theme. */
import { styleText } from 'node:util'

export type TextColor = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan'

/** The text in the colour; the text alone where colours are not wanted. */
export type Paint = (text: string, color: TextColor | null) => string

export function createPaint(colors: boolean): Paint {
  return (text, color) => {
    if (!colors || color === null || text === '') return text
    // whether colours are wanted was decided before, of the stream that is written to
    return styleText(color, text, { validateStream: false })
  }
}
