/** One setting: its name, what stands beside the name, its input, and what is wrong with it. */
import type { ReactNode } from 'react'
import './setting.css'

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
