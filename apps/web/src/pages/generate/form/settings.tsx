/** Everything that can be set beside the texts and the files, in groups. */
import type { Field } from '../../../workflow/field.ts'
import type { NodeClasses } from '../../../workflow/find-fields.ts'
import { groupFields } from '../../../workflow/group-fields.ts'
import type { Draft } from '../draft.ts'
import type { ChangeDraft } from '../use-draft.ts'
import { FieldInput } from './field-input.tsx'

export interface SettingsProps {
  fields: readonly Field[]
  draft: Draft
  change: ChangeDraft
  /** Field id → what is wrong with its value. */
  problems: Readonly<Record<string, string>>
  classes: NodeClasses
}

export function Settings({ fields, draft, change, problems, classes }: SettingsProps) {
  const groups = groupFields(fields)
  if (groups.length === 0) {
    return (
      <p className="settings none soft small">
        No settings were found: no seed, size or model stands in this workflow as a plain value.
        Everything else can be edited as JSON.
      </p>
    )
  }
  return (
    <div className="settings">
      {groups.map(({ title, fields }) => (
        <fieldset key={title}>
          <legend>{title}</legend>
          {fields.map(
            (field) =>
              field.kind !== 'text' &&
              field.kind !== 'media' && (
                <FieldInput
                  key={field.id}
                  {...{ field, draft, change, classes }}
                  problem={problems[field.id] ?? null}
                />
              ),
          )}
        </fieldset>
      ))}
    </div>
  )
}
