/** A name that the host must know. It can be typed freely: only the host has the whole list. */
import type { ChoiceField } from '../../../workflow/field.ts'
import { type FieldProps, toElementId } from './field-props.ts'
import { problemAttributes, Setting } from './setting.tsx'

export interface ChoiceSettingProps extends FieldProps<ChoiceField> {
  /** Id of the list of names that are offered. */
  listId: string | undefined
}

export function ChoiceSetting({ field, onChange, problem, listId }: ChoiceSettingProps) {
  const id = toElementId(field.id)
  return (
    <Setting
      htmlFor={id}
      label={field.label}
      problem={problem}
      isHalf={field.role === 'sampler' || field.role === 'scheduler'}
    >
      <input
        id={id}
        className="text-input"
        list={listId}
        autoComplete="off"
        spellCheck={false}
        title={field.value}
        value={field.value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        {...problemAttributes(id, problem)}
      />
    </Setting>
  )
}
