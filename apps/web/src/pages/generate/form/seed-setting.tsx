/** A seed: new for every run, or the one that is kept to get the same picture again. */
import { Button } from '../../../ui/button.tsx'
import type { SeedField } from '../../../workflow/field.ts'
import { newSeed } from '../../../workflow/new-seed.ts'
import { NumberInput } from './number-input.tsx'
import { type FieldProps, problemAttributes, Setting, toElementId } from './setting.tsx'

export interface SeedSettingProps extends FieldProps<SeedField> {
  isKept: boolean
  onKeep: (isKept: boolean) => void
}

export function SeedSetting({ field, onChange, problem, isKept, onKeep }: SeedSettingProps) {
  const id = toElementId(field.id)
  return (
    <Setting
      htmlFor={id}
      label={field.label}
      problem={problem}
      aside={
        <label className="seed-switch">
          Random each time
          <input
            type="checkbox"
            role="switch"
            checked={!isKept}
            onChange={({ currentTarget }) => onKeep(!currentTarget.checked)}
          />
        </label>
      }
    >
      <div className="seed-row">
        <NumberInput
          id={id}
          className={isKept ? 'mono' : 'mono passing'}
          value={field.value}
          min={0}
          max={Number.MAX_SAFE_INTEGER}
          step={1}
          onChange={onChange}
          whole
          {...problemAttributes(id, problem)}
        />
        <Button
          className="seed-dice"
          aria-label={`Roll a new ${field.label.toLowerCase()} and keep it`}
          title="Roll a new one and keep it"
          onClick={() => onChange(newSeed())}
        >
          <Dice />
        </Button>
      </div>
      {!Number.isSafeInteger(field.value) && (
        <p className="setting-note">
          Larger than a browser can tell exactly: the picture may be another. Up to{' '}
          {Number.MAX_SAFE_INTEGER} it is exact.
        </p>
      )}
    </Setting>
  )
}

function Dice() {
  return (
    <svg className="sign" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
      <path d="M4.5 2.5h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2Z" />
      <path className="pips" d="M5.5 5.5h0M10.5 5.5h0M8 8h0M5.5 10.5h0M10.5 10.5h0" />
    </svg>
  )
}
