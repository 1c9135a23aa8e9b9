/** The pill that says, in a shape and a word, what kind of numbers these are. */
import { SHAPES, type ShownKind } from './badge-shapes.ts'

export function GenerationBadge({ kind, label }: { kind: ShownKind; label: string }) {
  const { lines, filled, dashed } = SHAPES[kind]
  return (
    <span className="sl-badge" data-kind={kind}>
      <svg className="sl-badge__shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path className="sl-badge__lines" d={lines} data-dashed={dashed} />
        {filled && <path className="sl-badge__filled" d={filled} />}
      </svg>
      {label}
    </span>
  )
}
