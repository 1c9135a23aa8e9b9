/** One workflow on the table: its texts, its settings, what starts it, and what came of it. */
import type { Workflow } from '@safelight/shared'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Sign } from '../../ui/sign.tsx'
import { countNodes, listNodes } from '../../workflow/describe-workflow.ts'
import type { Field } from '../../workflow/field.ts'
import type { NodeClasses } from '../../workflow/find-fields.ts'
import { CodeView } from './code-view.tsx'
import type { Draft } from './draft.ts'
import { PromptCard } from './form/prompt-card.tsx'
import { Settings } from './form/settings.tsx'
import { MediaCards } from './media/media-cards.tsx'
import type { Uploads } from './media/use-uploads.ts'
import { BatchRow } from './run/batch-row.tsx'
import { RefusalNotice } from './run/refusal-notice.tsx'
import { RunBar } from './run/run-bar.tsx'
import { useGo } from './run/use-go.ts'
import type { ChangeDraft } from './use-draft.ts'

export interface WorkbenchProps {
  draft: Draft
  change: ChangeDraft
  fields: readonly Field[]
  classes: NodeClasses
  uploads: Uploads
  /** A file hovers over the page. */
  isDragging: boolean
  onChoose: () => void
}

export function Workbench({ draft, change, fields, classes, ...props }: WorkbenchProps) {
  const { uploads, isDragging, onChoose } = props
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
        <MediaCards {...{ fields, uploads, change, problems, isDragging }} />
        {refusal && <RefusalNotice {...{ refusal, fields }} />}
        {batch && <BatchRow batch={batch} onClose={forgetBatch} />}
        <WhatRuns workflow={draft.workflow} />
        {showsCode && <CodeView {...{ draft, change }} />}
      </div>
      <aside className="bench-side" aria-label="Settings">
        <Settings {...{ fields, draft, change, problems, classes }} />
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

/** More names than this tell nobody anything. */
const SHOWN = 40

/** The nodes of the workflow in the order in which they can run, so that one knows what one starts. */
function WhatRuns({ workflow }: { workflow: Workflow }) {
  const nodes = listNodes(workflow)
  const more = nodes.length - SHOWN
  return (
    <section className="what-runs" aria-labelledby="what-runs-title">
      <h2 id="what-runs-title">What will run</h2>
      <ol>
        {nodes.slice(0, SHOWN).map(({ id, title, class: className, isEnd }) => (
          <li key={id} className={isEnd ? 'end' : undefined} title={`${className}, node ${id}`}>
            {title}
            {toSteps(workflow, id)}
          </li>
        ))}
        {more > 0 && <li className="more">and {more} more</li>}
      </ol>
    </section>
  )
}

function toSteps(workflow: Workflow, id: string) {
  const steps = workflow[id]?.inputs['steps']
  return typeof steps === 'number' && <span className="soft"> {steps} steps</span>
}
