/** A job on the page: the bar, the steps and the node at once. Pure: what it shows, it is given. */
import { useState } from 'react'
import type { JobDisplay } from '../display/job-display.ts'
import type { Failure } from '../display/failure.ts'
import { toMilestone, toValueText } from '../display/announce.ts'
import { GenerationBadge } from './badge.tsx'
import { GenerationPicture } from './generation-picture.tsx'

export interface GenerationViewProps {
  display: JobDisplay
  /** Address of the newest picture, in the making or done. None: no place is kept for it. */
  picture?: string | null | undefined
  /** Why the job cannot be watched: nothing that is shown is news any more. */
  problem?: Failure | null | undefined
  className?: string | undefined
}

const UNWATCHED = { kind: 'unavailable', label: 'Not watched' } as const

export function GenerationView({ display, picture, problem, className }: GenerationViewProps) {
  const { isKnown, value, percent, step, node, nodes, eta, image, attempt, ended } = display
  const isUnwatched = Boolean(problem) && !ended
  const badge = isUnwatched ? UNWATCHED : display.badge
  const { kind } = badge
  const time = isUnwatched ? null : (eta ?? display.took)
  const milestone = useMilestone(display)
  const trouble = isUnwatched ? problem : display.failure
  return (
    <div
      className={className ? `sl-generation ${className}` : 'sl-generation'}
      role="group"
      aria-label={image ?? 'Generation'}
      data-kind={kind}
    >
      <div className="sl-generation__body">
        <div className="sl-generation__main">
          <p className="sl-generation__head">
            <GenerationBadge kind={kind} label={badge.label} />
            {image && <span className="sl-generation__image">{image}</span>}
            {attempt && <span className="sl-generation__attempt">{attempt}</span>}
          </p>
          <div className="sl-generation__figures">
            <p className="sl-generation__percent">
              {isKnown ? percent : '–'}
              {isKnown && <span className="sl-generation__sign">%</span>}
            </p>
            <div className="sl-generation__counts">
              {step && (
                <p className="sl-generation__steps">
                  <span className="sl-generation__step">{step}</span> steps
                </p>
              )}
              {time && <p className="sl-generation__time">{time}</p>}
            </div>
          </div>
          <div
            className="sl-bar"
            role="progressbar"
            aria-label={image ? `Progress of ${image}` : 'Progress'}
            aria-valuemin={0}
            aria-valuemax={100}
            // without a value it is a bar of unknown length, and said to be one
            aria-valuenow={isKnown ? percent : undefined}
            aria-valuetext={toValueText({ ...display, badge })}
            data-moving={display.isMoving && !isUnwatched}
          >
            <div className="sl-bar__fill" style={{ width: `${value * 100}%` }} />
          </div>
          {(!ended || node || nodes) && (
            <p className="sl-generation__lines">
              <span className="sl-generation__node">{node}</span>
              {nodes && <span className="sl-generation__nodes">{nodes}</span>}
            </p>
          )}
          {display.stalled && !isUnwatched && (
            <p className="sl-generation__note">{display.stalled}</p>
          )}
          {trouble && <Trouble {...trouble} />}
        </div>
        {picture !== undefined && (
          <GenerationPicture url={picture} isDone={display.badge.kind === 'complete'} />
        )}
      </div>
      <p className="sl-generation__said" role="status">
        {isUnwatched ? trouble?.summary : milestone}
      </p>
    </div>
  )
}

function Trouble({ summary, detail }: Failure) {
  return (
    <div className="sl-generation__trouble">
      <p className="sl-generation__summary">{summary}</p>
      {detail && <p className="sl-generation__detail">{detail}</p>}
    </div>
  )
}

/**
 * What a screen reader is told next: changes at milestones only, so that it is not read out ten times a second.
 * @returns nothing at first: who comes to the page reads it, and need not be told
 */
function useMilestone(display: JobDisplay): string {
  const [last, setLast] = useState({ display, words: '' })
  const words = toMilestone(last.display, display)
  if (words === null) return last.words
  setLast({ display, words })
  return words
}
