/** The nodes of the workflow in the order in which they run, lighting up as they do. */
import type { SnapshotView, Workflow } from '@safelight/shared'
import { memo, useMemo } from 'react'
import { Button } from '../../ui/button.tsx'
import { Sign, type SignName } from '../../ui/sign.tsx'
import { ThinBar } from '../../ui/thin-bar.tsx'
import { listNodes } from '../../workflow/describe-workflow.ts'
import { type NodeRow, type RowState, toCountLine, toNodeRows } from './node-rows.ts'
import { useKeepInView } from './use-keep-in-view.ts'

export function NodeList({ snapshot, workflow }: { snapshot: SnapshotView; workflow: Workflow }) {
  const names = useMemo(() => listNodes(workflow), [workflow])
  const rows = toNodeRows(names, snapshot)
  const current = rows.find(({ state }) => state === 'running' || state === 'failed')
  const { list, isAway, comeBack, onScroll } = useKeepInView(current?.id ?? null)
  return (
    <section className="panel nodes" aria-labelledby="nodes-title">
      <header>
        <h2 id="nodes-title">Nodes</h2>
        <p className="soft small">{toCountLine(rows)}</p>
      </header>
      <ol
        ref={list}
        aria-label="Nodes in the order in which they run"
        // it scrolls, so the keyboard has to reach it
        tabIndex={0}
        onScroll={onScroll}
      >
        {rows.map((row) => (
          <NodeRowItem key={row.id} row={row} />
        ))}
      </ol>
      {isAway && current && (
        <Button compact className="follow" onClick={comeBack}>
          Follow {current.title}
        </Button>
      )}
    </section>
  )
}

const LOOKS: Record<RowState, { word: string; sign: SignName | null }> = {
  waiting: { word: 'waiting', sign: null },
  running: { word: 'running', sign: null },
  done: { word: 'done', sign: 'check' },
  cached: { word: 'cached', sign: 'kept' },
  failed: { word: 'failed', sign: 'cross' },
  skipped: { word: 'skipped', sign: 'skip' },
  blocked: { word: 'blocked', sign: 'skip' },
  unneeded: { word: 'not needed', sign: 'dash' },
  unfinished: { word: 'not finished', sign: 'dash' },
}

/**
 * One node: its light, its name, its state in a word, and its own bar while it counts.
 * Rows of one list change one at a time, ten times a second: the others need not be drawn again.
 */
const NodeRowItem = memo(drawRow, isSameRow)

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
      {row.detail && <p className="node-message">{row.detail}</p>}
    </li>
  )
}

function isSameRow({ row: a }: { row: NodeRow }, { row: b }: { row: NodeRow }): boolean {
  return (
    a.id === b.id &&
    a.title === b.title &&
    a.state === b.state &&
    a.message === b.message &&
    a.detail === b.detail &&
    a.part?.value === b.part?.value &&
    a.part?.max === b.part?.max
  )
}
