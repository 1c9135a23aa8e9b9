/** How many jobs: a number with a step down and a step up. */
import { NumberInput } from '../form/number-input.tsx'
import './count-input.css'

export interface CountInputProps {
  value: number
  max: number
  onChange: (value: number) => void
}

export function CountInput({ value, max, onChange }: CountInputProps) {
  return (
    <div className="run-choice">
      <label htmlFor="run-count">How many</label>
      <div className="run-count">
        <button
          type="button"
          aria-label="One less"
          disabled={value <= 1}
          onClick={() => onChange(value - 1)}
        >
          −
        </button>
        <NumberInput id="run-count" {...{ value, max, onChange }} min={1} step={1} whole />
        <button
          type="button"
          aria-label="One more"
          disabled={value >= max}
          onClick={() => onChange(value + 1)}
        >
          +
        </button>
      </div>
    </div>
  )
}
