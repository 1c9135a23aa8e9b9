/** Width and height: three common shapes of the same area, and free numbers. */
import type { SizeField } from '../../../workflow/field.ts'
import { toSizePresets } from '../../../workflow/size-presets.ts'
import { NumberInput } from './number-input.tsx'
import { type FieldProps, problemAttributes, Setting, toElementId } from './setting.tsx'

const MAX_SIDE = 16_384

export function SizeSetting({ field, onChange, problem }: FieldProps<SizeField>) {
  const { label, value, step } = field
  const id = toElementId(field.id)
  const side = { min: 1, max: MAX_SIDE, step, whole: true }
  return (
    <Setting
      htmlFor={id}
      label={label}
      problem={problem}
      aside={
        <span className="size-numbers">
          <NumberInput
            id={id}
            aria-label={`${label}: width`}
            value={value.width}
            {...side}
            onChange={(width) => onChange({ ...value, width })}
            {...problemAttributes(id, problem)}
          />
          <span aria-hidden="true">×</span>
          <NumberInput
            aria-label={`${label}: height`}
            value={value.height}
            {...side}
            onChange={(height) => onChange({ ...value, height })}
            {...problemAttributes(id, problem)}
          />
        </span>
      }
    >
      <div className="size-presets" role="group" aria-label={`${label}: shapes`}>
        {toSizePresets(value).map(({ name, size }) => (
          <button
            key={name}
            type="button"
            aria-pressed={size.width === value.width && size.height === value.height}
            title={`${size.width} × ${size.height}`}
            onClick={() => onChange(size)}
          >
            <span className={`size-shape ${name.toLowerCase()}`} aria-hidden="true" />
            {name}
          </button>
        ))}
      </div>
    </Setting>
  )
}
