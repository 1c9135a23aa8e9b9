/** One node: its light, its name, its state in a word, and its own bar while it counts. */
import { memo } from 'react'
import { Sign, type SignName } from '../../../ui/sign.tsx'
import { ThinBar } from '../../../ui/thin-bar.tsx'
import type { NodeRow, RowState } from './node-rows.ts'

const LOOKS: Record<RowState, { word: string; sign: SignName | null }> = {
  waiting: { word: 'waiting', sign: null },
  running: { word: 'running', sign: null },
  done: { word: 'done', sign: 'check' },
  cached: { word: 'cached', sign: 'kept' },
  failed: { word: 'failed', sign: 'cross' },
  skipped: { word: 'not needed', sign: 'dash' },
  unfinished: { word: 'not finished', sign: 'dash' },
}

/** Rows of one list change one at a time, ten times a second: the others need not be drawn again. */
export const NodeRowItem = memo(drawRow, isSameRow)

function drawRow({ row }: { row: NodeRow }) {
  const { word, sign } = LOOKS[row.state]
  const { part } = row
  return (
    <li className="node-row" data-state={row.state} data-node={row.id}>
      <span className="node-light">{sign && <Sign name={sign} />}</span>
      <span className="node-name">
        {row.title}
        {row.class !== row.title && <span className="soft"> {row.class}</span>}
      </span>
      <code className="node-id">#{row.id}</code>
      <span className="node-word">
        {part ? `${Math.floor(part.value)}/${Math.floor(part.max)}` : word}
      </span>
      {part && <ThinBar value={Math.min(1, part.value / part.max)} label={`${row.title}: steps`} />}
      {row.message && <p className="node-message">{row.message}</p>}
    </li>
  )
}

function isSameRow({ row: a }: { row: NodeRow }, { row: b }: { row: NodeRow }): boolean {
  return (
    a.id === b.id &&
    a.title === b.title &&
    a.state === b.state &&
    a.message === b.message &&
    a.part?.value === b.part?.value &&
    a.part?.max === b.part?.max
  )
}
