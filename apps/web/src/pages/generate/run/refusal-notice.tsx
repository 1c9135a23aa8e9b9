/** Why nothing was handed in, or not everything, with a way to each field it is about. */
import { Notice } from '../../../ui/notice.tsx'
import type { Field } from '../../../workflow/field.ts'
import { toElementId } from '../form/setting.tsx'
import type { Go } from './use-go.ts'

export interface RefusalNoticeProps {
  refusal: NonNullable<Go['refusal']>
  fields: readonly Field[]
}

export function RefusalNotice({ refusal, fields }: RefusalNoticeProps) {
  const { title, explanation, byField, elsewhere, accepted } = refusal
  const marked = fields.filter(({ id }) => byField[id] !== undefined)
  return (
    <Notice tone="bad" title={title}>
      <p>{explanation}</p>
      {accepted > 0 && (
        <p>
          {accepted} {accepted === 1 ? 'job was' : 'jobs were'} accepted before that; the rest was
          not submitted.
        </p>
      )}
      {marked.length + elsewhere.length > 0 && (
        <ul className="refused-inputs">
          {marked.map(({ id, label }) => (
            <li key={id}>
              <button type="button" onClick={() => goTo(id)}>
                {label}
              </button>
              {byField[id]}
            </li>
          ))}
          {elsewhere.map(({ node, problem }) => (
            <li key={`${node}: ${problem}`}>
              <b>{node}</b>
              {problem}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

function goTo(fieldId: string): void {
  document.getElementById(toElementId(fieldId))?.focus()
}
