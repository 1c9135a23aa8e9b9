/** A box to tick, in the page's own colours. */
import type { InputHTMLAttributes } from 'react'

export interface CheckboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> {
  /** Some of what it stands for, but not all. */
  indeterminate?: boolean
}

export function Checkbox({ indeterminate = false, className, ...rest }: CheckboxProps) {
  return (
    <input
      {...rest}
      type="checkbox"
      className={className ? `checkbox ${className}` : 'checkbox'}
      ref={(box) => {
        if (box) box.indeterminate = indeterminate
      }}
    />
  )
}
