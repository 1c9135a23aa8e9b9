/** The input that fits a field. Texts and files are not among them: they have cards of their own. */
import { assertNever } from '@safelight/shared'
import type {
  ColorField,
  Field,
  MediaField,
  NumberField,
  TextField,
} from '../../../workflow/field.ts'
import type { NodeClasses } from '../../../workflow/find-fields.ts'
import { type Draft, withSeedKept, withValue } from '../draft.ts'
import type { ChangeDraft } from '../use-draft.ts'
import { NumberInput } from './number-input.tsx'
import { SeedSetting } from './seed-setting.tsx'
import { type FieldProps, problemAttributes, Setting, toElementId } from './setting.tsx'
import { SizeSetting } from './size-setting.tsx'
import { ChoiceSetting } from './choice-setting.tsx'

export type SettingField = Exclude<Field, TextField | MediaField>

export interface FieldInputProps {
  field: SettingField
  draft: Draft
  change: ChangeDraft
  problem: string | null
  classes: NodeClasses
}

export function FieldInput({ field, draft, change, problem, classes }: FieldInputProps) {
  const onChange = (value: Field['value']) => change((draft) => withValue(draft, field, value))
  switch (field.kind) {
    case 'seed':
      return (
        <SeedSetting
          {...{ field, onChange, problem }}
          isKept={draft.keptSeeds.includes(field.id)}
          onKeep={(isKept) => change((draft) => withSeedKept(draft, field.id, isKept))}
        />
      )
    case 'int':
    case 'float':
      return <SliderSetting {...{ field, onChange, problem }} />
    case 'size':
      return <SizeSetting {...{ field, onChange, problem }} />
    case 'color':
      return <ColorSetting {...{ field, onChange, problem }} />
    case 'choice':
      return <ChoiceSetting {...{ field, onChange, problem, classes }} />
    default:
      return assertNever(field)
  }
}

const HEX_DIGITS = 6

/** A color, as ComfyUI writes it: one number of red, green and blue. */
function ColorSetting({ field, onChange, problem }: FieldProps<ColorField>) {
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

/** A number with a usual range: a slider for the eye, a number for the exact. */
function SliderSetting({ field, onChange, problem }: FieldProps<NumberField>) {
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
