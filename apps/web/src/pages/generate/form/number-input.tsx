/** A number that can be typed: what is not a number yet stays on the screen and goes no further. */
import { type InputHTMLAttributes, useState } from 'react'

export interface NumberInputProps
  extends Omit<
    InputHTMLAttributes<HTMLInputElement>,
    'value' | 'onChange' | 'min' | 'max' | 'type'
  > {
  value: number
  min: number
  max: number
  onChange: (value: number) => void
  /** No fractions. */
  whole?: boolean
}

export function NumberInput({
  value,
  min,
  max,
  onChange,
  whole = false,
  className,
  ...rest
}: NumberInputProps) {
  const [typed, setTyped] = useState<string | null>(null)

  function type(text: string): void {
    setTyped(text)
    const number = toNumber(text)
    if (number !== null && number >= min && number <= max) onChange(number)
  }

  /** Out of range becomes the nearest that is in range; what is no number is forgotten. */
  function leave(): void {
    const number = typed === null ? null : toNumber(typed)
    if (number !== null) onChange(Math.min(Math.max(number, min), max))
    setTyped(null)
  }

  function toNumber(text: string): number | null {
    const number = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isFinite(number)) return null
    return whole ? Math.round(number) : number
  }

  return (
    <input
      {...rest}
      type="number"
      inputMode={whole ? 'numeric' : 'decimal'}
      className={className ? `number-input ${className}` : 'number-input'}
      min={min}
      max={max}
      value={typed ?? value}
      onChange={({ currentTarget }) => type(currentTarget.value)}
      onBlur={leave}
    />
  )
}
