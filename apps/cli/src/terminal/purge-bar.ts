/** A bar of how many of so many jobs are gone, on standard error, where there are enough for one. */
import type { Io } from '../io.ts'
import { createPaint } from './paint.ts'
import { createScreen, type Screen } from './screen.ts'
import { readSkills } from './terminal.ts'

export interface PurgeBar {
  show(gone: number): void
  close(): void
}

/** Fewer are gone before anybody has read a line of it: one call takes so many. */
const WORTH_A_BAR = 1_000
const CELLS = 20

export function createPurgeBar(
  { stderr, config }: Io,
  { hidden, jobs }: { hidden: boolean; jobs: number },
): PurgeBar {
  const skills = readSkills(stderr, config.terminal)
  const paint = createPaint(skills.colors)
  let screen: Screen | null = null
  return {
    show(gone) {
      if (hidden || jobs < WORTH_A_BAR) return
      // more may have ended since they were counted
      const share = Math.min(1, gone / jobs)
      const full = '█'.repeat(Math.floor(share * CELLS))
      const bar = `${paint(full, 'cyan')}${paint('░'.repeat(CELLS - full.length), 'dim')}`
      screen ??= createScreen(stderr, skills.live)
      screen.draw([
        {
          key: 'purge',
          text: `${bar} ${String(Math.floor(share * 100)).padStart(3)}%  ${gone} of ${jobs} jobs`,
          milestone: `${Math.floor(share * 10)}`,
        },
      ])
    },
    close: () => screen?.close(),
  }
}
