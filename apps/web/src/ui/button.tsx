/** A button that looks like what it does. */
import type { ButtonHTMLAttributes } from 'react'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'plain' | 'primary' | 'danger' | 'quiet'
  compact?: boolean
}

export function Button({ look = 'plain', compact = false, className, ...rest }: ButtonProps) {
  const names = ['button', look === 'plain' ? '' : look, compact ? 'compact' : '', className ?? '']
  return <button type="button" {...rest} className={names.filter(Boolean).join(' ')} />
}
