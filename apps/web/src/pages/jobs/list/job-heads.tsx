/** What the columns are, and the box that selects all. */
import { Checkbox } from '../../../ui/checkbox.tsx'
import type { SelectionOfList } from '../bulk/use-selection.ts'

export function JobHeads({ selection }: { selection: SelectionOfList }) {
  const { ids, selectable } = selection
  const some = ids.size > 0 && ids.size < selectable.size
  return (
    <div className="job-heads" data-selectable={selectable.size > 0}>
      <label className="heads-pick">
        {selectable.size > 0 && (
          <Checkbox
            checked={ids.size > 0 && !some}
            indeterminate={some}
            aria-label={`Select the ${selectable.size} loaded jobs that can be canceled`}
            onChange={selection.selectAll}
          />
        )}
        {selectable.size > 0 && <span aria-hidden="true">Select all</span>}
      </label>
      <span aria-hidden="true" className="row-what">
        Job
      </span>
      <span aria-hidden="true">Status</span>
      <span aria-hidden="true">Result</span>
      <span aria-hidden="true" className="row-took">
        Took
      </span>
      <span aria-hidden="true" className="row-host">
        Host
      </span>
      <span aria-hidden="true" className="row-age">
        Created
      </span>
    </div>
  )
}
