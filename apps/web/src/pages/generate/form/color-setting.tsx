/** A color, as ComfyUI writes it: one number of red, green and blue. */
import type { ColorField } from '../../../workflow/field.ts'
import { type FieldProps, toElementId } from './field-props.ts'
import { problemAttributes, Setting } from './setting.tsx'
import './color-setting.css'

const HEX_DIGITS = 6

export function ColorSetting({ field, onChange, problem }: FieldProps<ColorField>) {
  const id = toElementId(field.id)
  const code = `#${field.value.toString(16).padStart(HEX_DIGITS, '0')}`
  return (
    <Setting
      htmlFor={id}
      label={field.label}
      problem={problem}
      aside={<code className="soft">{code}</code>}
    >
      <input
        id={id}
        type="color"
        className="color-input"
        value={code}
        onChange={({ currentTarget }) =>
          onChange(Number.parseInt(currentTarget.value.slice(1), 16))
        }
        {...problemAttributes(id, problem)}
      />
    </Setting>
  )
}
