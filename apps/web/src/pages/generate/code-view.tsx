/** The workflow as JSON, to read and to edit; the form follows. */
import { Notice } from '../../ui/notice.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { type Draft, textOf, withText } from './draft.ts'
import type { ChangeDraft } from './use-draft.ts'

export interface CodeViewProps {
  draft: Draft
  change: ChangeDraft
}

export function CodeView({ draft, change }: CodeViewProps) {
  const text = textOf(draft)
  const problem = draft.edited?.problem
  return (
    <section className="code-view" aria-labelledby="code-title">
      <header>
        <h2 id="code-title">
          <label htmlFor="code-text">Workflow as JSON</label>
        </h2>
        <CopyButton text={text} label="Copy" />
      </header>
      {problem && (
        <Notice tone="bad" title={problem.title}>
          <p id="code-problem">{problem.explanation}</p>
        </Notice>
      )}
      <textarea
        id="code-text"
        className="mono"
        spellCheck={false}
        wrap="off"
        rows={22}
        value={text}
        aria-invalid={problem != null}
        aria-describedby={problem ? 'code-problem' : undefined}
        onChange={({ currentTarget }) => {
          const { value } = currentTarget
          change((draft) => withText(draft, value))
        }}
      />
    </section>
  )
}
