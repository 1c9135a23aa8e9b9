/** The tray while there is nothing in it: a blank sheet, and in words what it waits for. */
import { isTerminal, type SnapshotView } from '@safelight/shared'
import { toPaperSize } from './print.tsx'
import { toTrayWords } from './tray-words.ts'

export interface EmptyTrayProps {
  snapshot: SnapshotView | null
  queuePosition: number | null
  /** Width by height of the paper. */
  ratio: number
}

export function EmptyTray({ snapshot, queuePosition, ratio }: EmptyTrayProps) {
  const hasEnded = snapshot !== null && isTerminal(snapshot.status)
  const { title, hint } = toTrayWords(snapshot, queuePosition)
  return (
    <div className="empty-tray">
      {!hasEnded && <div className="sheet" aria-hidden="true" style={toPaperSize(ratio)} />}
      <div className="empty-tray-words">
        <p className="empty-tray-title">{title}</p>
        <p className="soft">{hint}</p>
      </div>
    </div>
  )
}
