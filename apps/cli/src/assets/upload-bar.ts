/** Uploads as lines with bars, on standard error: what is printed for scripts stays what it is. */
import { formatSize } from '@safelight/client'
import { createPaint } from '../terminal/paint.ts'
import { createScreen, type Screen } from '../terminal/screen.ts'
import { readSkills, toColumns } from '../terminal/terminal.ts'
import { cutText } from '../terminal/text.ts'
import type { Io } from '../io.ts'
import { toPlainText } from '../plain-text.ts'

export interface UploadBar {
  /** @param sent and size in bytes */
  show(name: string, sent: number, size: number): void
  close(): void
}

/** What is smaller is up before anybody has read a line of it. */
const WORTH_A_BAR = 1024 * 1024
const CELLS = 20

export function createUploadBar({ stderr, config }: Io, hidden: boolean): UploadBar {
  const skills = readSkills(stderr, config.terminal)
  const paint = createPaint(skills.colors)
  const lines = new Map<string, { text: string; milestone: string }>()
  let screen: Screen | null = null
  return {
    show(name, sent, size) {
      if (hidden || size < WORTH_A_BAR) return
      const share = sent / size
      const full = '█'.repeat(Math.floor(share * CELLS))
      const bar = `${paint(full, 'cyan')}${paint('░'.repeat(CELLS - full.length), 'dim')}`
      const words = `${String(Math.floor(share * 100)).padStart(3)}%  ${formatSize(sent)} of ${formatSize(size)}`
      const room = skills.live ? toColumns(stderr) - CELLS - words.length - 8 : Infinity
      const title = cutText(toPlainText(name), Math.max(8, room))
      lines.set(name, {
        text: `↑ ${title}  ${bar} ${words}`,
        milestone: `${Math.floor(share * 4)}`,
      })
      screen ??= createScreen(stderr, skills.live)
      screen.draw([...lines].map(([key, line]) => ({ key, ...line })))
    },
    close: () => screen?.close(),
  }
}
