/** One setting: its name, what stands beside the name, its input, and what is wrong with it. */
import type { ReactNode } from 'react'
import type { Field } from '../../../workflow/field.ts'

export interface SettingProps {
  /** Id of the input that the label is for. */
  htmlFor: string
  label: string
  aside?: ReactNode
  problem: string | null
  /** Two of these share a line. */
  isHalf?: boolean
  children?: ReactNode
}

export function Setting({ htmlFor, label, aside, problem, isHalf, children }: SettingProps) {
  const names = ['setting', problem && 'wrong', isHalf && 'half'].filter(Boolean).join(' ')
  return (
    <div className={names}>
      <div className="setting-head">
        <label htmlFor={htmlFor}>{label}</label>
        {aside}
      </div>
      {children}
      {problem && (
        <p className="setting-problem" id={`${htmlFor}-problem`}>
          {problem}
        </p>
      )}
    </div>
  )
}

/** Ties an input to what is wrong with it. */
export function problemAttributes(id: string, problem: string | null) {
  return problem ? { 'aria-invalid': true, 'aria-describedby': `${id}-problem` } : {}
}

/** What every input of the form is given. */
export interface FieldProps<F extends Field> {
  field: F
  onChange: (value: F['value']) => void
  /** What the server said of the value. */
  problem: string | null
}

/** Field ids hold what authors wrote; in a document an id is one word. */
export function toElementId(fieldId: string, part = 'input'): string {
  return `field-${fieldId.replace(/[^\w-]/g, '_')}-${part}`
}
