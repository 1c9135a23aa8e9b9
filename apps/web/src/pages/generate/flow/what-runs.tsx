/** The nodes of the workflow in the order in which they can run, so that one knows what one starts. */
import type { Workflow } from '@safelight/shared'
import { listNodes } from '../../../workflow/describe-workflow.ts'
import './what-runs.css'

/** More names than this tell nobody anything. */
const SHOWN = 40

export function WhatRuns({ workflow }: { workflow: Workflow }) {
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
