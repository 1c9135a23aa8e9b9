/** A number with a usual range: a slider for the eye, a number for the exact. */
import type { NumberField } from '../../../workflow/field.ts'
import { type FieldProps, toElementId } from './field-props.ts'
import { NumberInput } from './number-input.tsx'
import { problemAttributes, Setting } from './setting.tsx'
import './slider-setting.css'

export function SliderSetting({ field, onChange, problem }: FieldProps<NumberField>) {
  const { label, value, min, max, step, usualMax, kind } = field
  const id = toElementId(field.id)
  // what can be turned around (a LoRA) goes as far to the other side
  const low = Math.max(min, -usualMax)
  const shown = Math.min(Math.max(value, low), usualMax)
  const share = (shown - low) / (usualMax - low)
  return (
    <Setting
      htmlFor={id}
      label={label}
      problem={problem}
      aside={
        <NumberInput
          id={id}
          className="slider-number"
          {...{ value, min, max, step, onChange }}
          whole={kind === 'int'}
          {...problemAttributes(id, problem)}
        />
      }
    >
      <input
        type="range"
        className="slider"
        aria-label={`${label}, slider`}
        style={{ ['--share' as string]: share }}
        min={low}
        max={usualMax}
        step={step}
        value={shown}
        onChange={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
    </Setting>
  )
}
