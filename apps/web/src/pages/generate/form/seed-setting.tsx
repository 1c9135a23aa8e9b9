/** A seed: new for every run, or the one that is kept to get the same picture again. */
import { toExactNumber, toNumberText } from '@safelight/shared'
import { type InputHTMLAttributes, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import type { SeedField } from '../../../workflow/field.ts'
import { newSeed } from '../../../workflow/new-seed.ts'
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
        <SeedInput
          id={id}
          className={isKept ? 'number-input mono' : 'number-input mono passing'}
          value={toNumberText(field.value) ?? ''}
          onSeed={(digits) => onChange(toExactNumber(digits))}
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
    </Setting>
  )
}

interface SeedInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'type'> {
  /** Its digits: a number of JavaScript does not hold those of 64 bits. */
  value: string
  onSeed: (digits: string) => void
}

/** What is no seed yet stays on the screen and goes no further. */
function SeedInput({ value, onSeed, ...rest }: SeedInputProps) {
  const [typed, setTyped] = useState<string | null>(null)

  function type(text: string): void {
    setTyped(text)
    if (isSeed(text)) onSeed(String(BigInt(text)))
  }

  /** Another number becomes the nearest that is a seed; what is no number is forgotten. */
  function leave(): void {
    const number = typed === null || typed.trim() === '' ? Number.NaN : Number(typed)
    if (typed !== null && !isSeed(typed) && Number.isFinite(number)) {
      const whole = BigInt(Math.max(0, Math.round(number)))
      onSeed(isSeed(String(whole)) ? String(whole) : LARGEST_SEED)
    }
    setTyped(null)
  }

  return (
    <input
      {...rest}
      type="number"
      inputMode="numeric"
      min={0}
      max={LARGEST_SEED}
      step={1}
      value={typed ?? value}
      onChange={({ currentTarget }) => type(currentTarget.value)}
      onBlur={leave}
    />
  )
}

const LARGEST_SEED = '18446744073709551615'

function isSeed(text: string): boolean {
  return /^\d{1,20}$/.test(text) && BigInt(text) <= BigInt(LARGEST_SEED)
}

function Dice() {
  return (
    <svg className="sign" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
      <path d="M4.5 2.5h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2Z" />
      <path className="pips" d="M5.5 5.5h0M10.5 5.5h0M8 8h0M5.5 10.5h0M10.5 10.5h0" />
    </svg>
  )
}
