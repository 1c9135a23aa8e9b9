/** What did not go as the workflow meant it, in a job that went on all the same. */
import { assertNever, type Warning, type Workflow } from '@safelight/shared'
import { Notice } from '../../../ui/notice.tsx'
import { titleOf } from '../../../workflow/describe-workflow.ts'

export interface WarningsProps {
  warnings: readonly Warning[]
  workflow: Workflow | undefined
}

export function Warnings({ warnings, workflow }: WarningsProps) {
  if (warnings.length === 0) return null
  return (
    <Notice title={warnings.length === 1 ? 'One warning' : `${warnings.length} warnings`}>
      <ul className="warnings">
        {warnings.map((warning, index) => (
          <li key={index}>
            {toText(warning.code)}
            {warning.node_id && workflow && (
              <>
                {' '}
                <strong>{titleOf(workflow, warning.node_id)}</strong>{' '}
                <code className="soft">#{warning.node_id}</code>
              </>
            )}
            <span className="soft"> {warning.message}</span>
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function toText(code: Warning['code']): string {
  switch (code) {
    case 'output_dropped':
      return 'The host left out an output, because of'
    case 'execution_blocked':
      return 'A node stopped a part of the graph on purpose:'
    case 'outputs_cut':
      return 'There are too many outputs:'
    case 'output_missing':
      return 'An output could not be brought home:'
    case 'node_failed':
      return 'The rest went on without a node that failed:'
    case 'node_blocked':
      return 'Not made:'
    case 'no_host':
      return 'It waits for a host:'
    default:
      return assertNever(code)
  }
}
