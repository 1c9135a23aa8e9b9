/** The pill that says, in a shape and a word, what kind of numbers these are. */
import type { BadgeKind } from '../display/job-display.ts'

/** `unavailable`: the job is not being watched, whatever it does. */
export type ShownKind = BadgeKind | 'unavailable'

interface Shape {
  lines: string
  /** What is filled, not drawn. */
  filled?: string
  dashed?: boolean
}

const RING = 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2Z'
const disc = (x: number, y: number, r: number) =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`

/** A shape for each badge, so that colour is never all that tells them apart. Drawn on 16 × 16. */
const SHAPES: Readonly<Record<ShownKind, Shape>> = {
  connecting: { lines: RING, dashed: true },
  queued: { lines: 'M2.5 4h11M2.5 8h7.5M2.5 12h4' },
  connected: { lines: RING, filled: disc(8, 8, 2.6) },
  inference: { lines: 'M1.5 8c1.1-4.8 2.7-4.8 4.3 0s3.2 4.8 4.4 0 2.7-4.8 4.3 0' },
  node: {
    lines: 'M1 8h2.5M12.5 8H15',
    filled:
      'M5 3.5h6A1.5 1.5 0 0 1 12.5 5v6a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 11V5A1.5 1.5 0 0 1 5 3.5Z',
  },
  aggregate: {
    lines: 'M4 4.5l7.5 3.5L4 11.5',
    filled: disc(3.6, 4, 2.1) + disc(3.6, 12, 2.1) + disc(12.3, 8, 2.1),
  },
  complete: { lines: 'M2.5 8.6l3.7 3.7L13.5 4.3' },
  stalled: { lines: 'M5.3 3v10M10.7 3v10' },
  canceling: { lines: RING, filled: 'M5.6 5.6h4.8v4.8H5.6Z' },
  canceled: { lines: `${RING}M3.9 12.1l8.2-8.2` },
  failed: { lines: 'M3.5 3.5l9 9M12.5 3.5l-9 9' },
  expired: { lines: `${RING}M8 4.8V8l2.2 1.6` },
  reconnecting: {
    lines: 'M13.5 7A5.6 5.6 0 0 0 3.3 5M2.5 9a5.6 5.6 0 0 0 10.2 2M3 2v3.2h3.2M13 14v-3.2H9.8',
  },
  unavailable: { lines: 'M8 2.2L14.5 13.5h-13ZM8 6.5v3M8 11.3v.2' },
}

export function GenerationBadge({ kind, label }: { kind: ShownKind; label: string }) {
  const { lines, filled, dashed } = SHAPES[kind]
  return (
    <span className="sl-badge" data-kind={kind}>
      <svg className="sl-badge__shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path className="sl-badge__lines" d={lines} data-dashed={dashed} />
        {filled && <path className="sl-badge__filled" d={filled} />}
      </svg>
      {label}
    </span>
  )
}
