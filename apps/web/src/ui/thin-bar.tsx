/** How far something is, as a line. */

export interface ThinBarProps {
  /** 0 to 1 */
  value: number
  /** What it measures, for who cannot see it. */
  label: string
  tone?: 'run' | 'soft'
}

export function ThinBar({ value, label, tone = 'run' }: ThinBarProps) {
  return (
    <span
      className={`thin-bar ${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.floor(value * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <span style={{ transform: `translateX(${(value - 1) * 100}%)` }} />
    </span>
  )
}
