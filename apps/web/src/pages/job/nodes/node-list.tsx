/** The nodes of the workflow in the order in which they run, lighting up as they do. */
import type { SnapshotView, Workflow } from '@safelight/shared'
import { useMemo } from 'react'
import { Button } from '../../../ui/button.tsx'
import { listNodes } from '../../../workflow/describe-workflow.ts'
import './node-list.css'
import { NodeRowItem } from './node-row.tsx'
import { toCountLine, toNodeRows } from './node-rows.ts'
import { useFollow } from './use-follow.ts'

export function NodeList({ snapshot, workflow }: { snapshot: SnapshotView; workflow: Workflow }) {
  const names = useMemo(() => listNodes(workflow), [workflow])
  const rows = toNodeRows(names, snapshot)
  const current = rows.find(({ state }) => state === 'running' || state === 'failed')
  const { list, isAway, comeBack, onScroll } = useFollow(current?.id ?? null)
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
