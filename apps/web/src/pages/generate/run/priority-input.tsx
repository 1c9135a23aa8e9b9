/** How urgent: three usual levels, or a number of one's own. Higher runs sooner. */
import { useState } from 'react'
import { NumberInput } from '../form/number-input.tsx'

const LEVELS = [
  { name: 'Low', value: -10 },
  { name: 'Normal', value: 0 },
  { name: 'High', value: 10 },
]
/** What the API takes. */
const LIMIT = 1_000_000

export interface PriorityInputProps {
  value: number
  onChange: (value: number) => void
}

export function PriorityInput({ value, onChange }: PriorityInputProps) {
  const isUsual = LEVELS.some((level) => level.value === value)
  const [wantsNumber, setWantsNumber] = useState(false)
  const isFree = wantsNumber || !isUsual
  return (
    <div className="run-choice" role="radiogroup" aria-labelledby="run-priority">
      <span className="run-label" id="run-priority">
        Priority
      </span>
      <div className="run-levels">
        {LEVELS.map((level) => (
          <label key={level.name}>
            <input
              type="radio"
              name="run-priority"
              checked={!isFree && level.value === value}
              onChange={() => {
                setWantsNumber(false)
                onChange(level.value)
              }}
            />
            {level.name}
          </label>
        ))}
        <label>
          <input
            type="radio"
            name="run-priority"
            checked={isFree}
            onChange={() => setWantsNumber(true)}
          />
          Custom
        </label>
        {isFree && (
          <NumberInput
            aria-label="Priority as a number; higher runs sooner"
            {...{ value, onChange }}
            min={-LIMIT}
            max={LIMIT}
            step={1}
            whole
          />
        )}
      </div>
    </div>
  )
}
