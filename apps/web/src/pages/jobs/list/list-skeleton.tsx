/** Rows to come, where they will be. */
import { useEffect } from 'react'
import { useRowHeight } from './use-rows.ts'

const ROWS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']

/** @param onMore asked until something is there */
export function ListSkeleton({ onMore }: { onMore?: () => void }) {
  const height = useRowHeight()
  useEffect(() => onMore?.())
  return (
    <div className="job-list" role="status">
      <span className="visually-hidden">Loading the jobs</span>
      <div className="job-heads" />
      {ROWS.map((row) => (
        <div key={row} style={{ height }}>
          <div className="job-row row-ghost">
            <span className="row-frame">
              <span className="job-thumb" />
            </span>
            <span className="row-what">
              <span className="row-title row-ghost-line" />
              <span className="row-line row-ghost-line" />
            </span>
          </div>
        </div>
      ))}
    </div>
  )
}
