/** A job's snapshot → one line for the terminal: bar, percent, step, node. */
import type { SnapshotView } from '@safelight/shared'

const WIDTH = 28
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

export function toLine(label: string, snapshot: SnapshotView): string {
  const { progress, status, phase } = snapshot
  const value = progress?.value ?? 0
  const percent = `${Math.floor(value * 100)}%`.padStart(4)
  const step = progress?.steps ? `step ${progress.step ?? 0}/${progress.steps}` : ''
  const nodes =
    progress && progress.nodes_total > 0
      ? `node ${progress.nodes_done}/${progress.nodes_total}`
      : ''
  const now = status === 'running' ? (progress?.message ?? phase ?? '') : status
  return [label.padEnd(14), toBar(value), percent, step.padEnd(11), nodes.padEnd(9), now]
    .join('  ')
    .trimEnd()
}

function toBar(value: number): string {
  const cells = value * WIDTH
  const full = Math.floor(cells)
  const part = EIGHTHS[Math.floor((cells - full) * EIGHTHS.length)] ?? ''
  return `${'█'.repeat(full)}${part}`.padEnd(WIDTH, '░')
}
