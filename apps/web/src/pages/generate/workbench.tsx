/** One workflow on the table: its texts, its settings, what starts it, and what came of it. */
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Sign } from '../../ui/sign.tsx'
import { countNodes, listNodes } from '../../workflow/describe-workflow.ts'
import { findFields } from '../../workflow/find-fields.ts'
import { CodeView } from './code/code-view.tsx'
import type { Draft } from './draft/draft.ts'
import type { ChangeDraft } from './draft/use-draft.ts'
import { WhatRuns } from './flow/what-runs.tsx'
import { PromptCard } from './form/prompt-card.tsx'
import { Settings } from './form/settings.tsx'
import { BatchRow } from './run/batch-row.tsx'
import { RefusalNotice } from './run/refusal-notice.tsx'
import { RunBar } from './run/run-bar.tsx'
import { useGo } from './run/use-go.ts'
import './workbench.css'

export interface WorkbenchProps {
  draft: Draft
  change: ChangeDraft
  onChoose: () => void
}

export function Workbench({ draft, change, onChoose }: WorkbenchProps) {
  const fields = findFields(draft.workflow)
  const [isCodeOpen, setIsCodeOpen] = useState(false)
  const { go, accepted, refusal, batch, forgetBatch } = useGo({ draft, change, fields })
  const problems = refusal?.byField ?? {}
  // broken JSON must be in sight, or nobody knows why nothing can be started
  const showsCode = isCodeOpen || draft.edited?.problem != null
  return (
    <div className="bench">
      <header className="bench-head">
        <div>
          <h1>{draft.name}</h1>
          <p className="soft small">{describe(draft)}</p>
        </div>
        <div className="bench-ways">
          <Button look="quiet" compact onClick={onChoose}>
            <Sign name="file" /> Change workflow
          </Button>
          <Button
            look="quiet"
            compact
            aria-expanded={showsCode}
            onClick={() => setIsCodeOpen(!isCodeOpen)}
          >
            <Sign name="text" /> {showsCode ? 'Hide JSON' : 'Show JSON'}
          </Button>
        </div>
      </header>
      <div className="bench-main">
        <PromptCard {...{ fields, change, problems }}>
          <RunBar {...{ draft, change, accepted }} onGo={() => void go()} />
        </PromptCard>
        {refusal && <RefusalNotice {...{ refusal, fields }} />}
        {batch && <BatchRow batch={batch} onClose={forgetBatch} />}
        <WhatRuns workflow={draft.workflow} />
        {showsCode && <CodeView {...{ draft, change }} />}
      </div>
      <aside className="bench-side" aria-label="Settings">
        <Settings {...{ fields, draft, change, problems }} />
      </aside>
    </div>
  )
}

/** `7 nodes, ending in Save Image` */
function describe({ workflow }: Draft): string {
  const ends = listNodes(workflow).filter(({ isEnd }) => isEnd)
  const [end] = ends
  const names = ends.length === 1 && end ? `, ending in ${end.title}` : `, ${ends.length} ends`
  return countNodes(workflow) + names
}
