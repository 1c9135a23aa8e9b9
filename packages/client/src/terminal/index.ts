/** Jobs in a terminal: lines that are drawn over in place, or printed when they have news. */
export { toEndNote } from './end-note.ts'
export { createJobBoard, type JobBoard } from './job-board.ts'
export { type JobRow, type LineStyle, toJobLine } from './job-line.ts'
export { type Color, createPaint, type Paint } from './paint.ts'
export { createScreen, type Screen, type ScreenLine } from './screen.ts'
export { readSkills, type Terminal, type TerminalSkills } from './terminal.ts'
export { cutText, padText, toPlainText, widthOf } from './text.ts'
