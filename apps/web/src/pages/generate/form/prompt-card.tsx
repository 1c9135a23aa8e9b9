/** The texts of a workflow, the prompt large and first, and beneath them what starts the run. */
import type { ReactNode } from 'react'
import type { Field, TextField } from '../../../workflow/field.ts'
import { withValue } from '../draft.ts'
import type { ChangeDraft } from '../use-draft.ts'
import { toElementId } from './setting.tsx'

export interface PromptCardProps {
  fields: readonly Field[]
  change: ChangeDraft
  problems: Readonly<Record<string, string>>
  children: ReactNode
}

export function PromptCard({ fields, change, problems, children }: PromptCardProps) {
  const texts = fields.filter((field) => field.kind === 'text')
  return (
    <section className="prompt-card" aria-label="Texts">
      {texts.map((field, index) => (
        <PromptText
          key={field.id}
          field={field}
          isFirst={index === 0}
          problem={problems[field.id] ?? null}
          onChange={(value) => change((draft) => withValue(draft, field, value))}
        />
      ))}
      {texts.length === 0 && (
        <p className="prompt-none">
          <strong>Nothing to write here.</strong> This workflow takes no text; it is ready to run.
        </p>
      )}
      {children}
    </section>
  )
}

interface PromptTextProps {
  field: TextField
  isFirst: boolean
  problem: string | null
  onChange: (value: string) => void
}

function PromptText({ field, isFirst, problem, onChange }: PromptTextProps) {
  const id = toElementId(field.id)
  return (
    <div className={isFirst ? 'prompt-text first' : 'prompt-text'}>
      <label htmlFor={id}>{field.label}</label>
      <textarea
        id={id}
        rows={isFirst ? 4 : 2}
        placeholder={PLACEHOLDERS[field.role] ?? ''}
        value={field.value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        aria-invalid={problem !== null}
        aria-describedby={problem ? `${id}-problem` : undefined}
      />
      {problem && (
        <p className="setting-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  )
}

const PLACEHOLDERS: Partial<Record<TextField['role'], string>> = {
  prompt: 'What should be seen?',
  avoid: 'What should not be there?',
}
