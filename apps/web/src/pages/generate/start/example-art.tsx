/** Small drawings for the examples: the same shore by lamp light, as each workflow would make it. */
import type { ReactNode } from 'react'

function Art({ children }: { children: ReactNode }) {
  return (
    <svg className="example-art" viewBox="0 0 160 100" aria-hidden="true">
      {children}
    </svg>
  )
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** A sheet of paper with the shore on it; the sun stands where it is told. */
function Sheet({ x, y, width, height, sun = 0.68 }: Box & { sun?: number }) {
  const horizon = y + height * 0.66
  const hill = `M${x} ${horizon} C${x + width * 0.2} ${y + height * 0.3} ${x + width * 0.38} ${y + height * 0.36} ${x + width * 0.56} ${horizon} Z`
  return (
    <>
      <rect className="art-sheet" {...{ x, y, width, height }} rx={Math.min(4, width / 12)} />
      <circle className="sun" cx={x + width * sun} cy={y + height * 0.38} r={height * 0.12} />
      <path className="hill" d={hill} />
      <path className="shore" d={`M${x} ${horizon}h${width}`} />
      <path
        className="glitter"
        d={`M${x + width * (sun - 0.1)} ${horizon + height * 0.12}h${width * 0.2}M${x + width * (sun - 0.05)} ${horizon + height * 0.21}h${width * 0.1}`}
      />
    </>
  )
}

export function OneArt() {
  return (
    <Art>
      <Sheet x={44} y={14} width={72} height={72} />
    </Art>
  )
}

export function FourArt() {
  return (
    <Art>
      <Sheet x={42} y={12} width={36} height={36} sun={0.72} />
      <Sheet x={82} y={12} width={36} height={36} sun={0.5} />
      <Sheet x={42} y={52} width={36} height={36} sun={0.34} />
      <Sheet x={82} y={52} width={36} height={36} sun={0.8} />
    </Art>
  )
}

export function TwoPassesArt() {
  return (
    <Art>
      <Sheet x={18} y={50} width={36} height={36} />
      <path className="way" d="M60 68h9m-3.500-3.500 3.500 3.500-3.500 3.500" />
      <Sheet x={76} y={16} width={70} height={70} />
    </Art>
  )
}

export function FlipbookArt() {
  return (
    <Art>
      <rect className="art-sheet behind" x={62} y={14} width={72} height={52} rx={4} />
      <rect className="art-sheet behind" x={50} y={20} width={72} height={56} rx={4} />
      <Sheet x={30} y={28} width={82} height={58} sun={0.8} />
    </Art>
  )
}

export function NoModelArt() {
  return (
    <Art>
      <rect className="art-sheet" x={44} y={14} width={72} height={72} rx={4} />
      <path className="half" d="M44 82V18a4 4 0 0 1 4-4h64z" transform="translate(0 .5)" />
      <circle className="ring" cx={80} cy={50} r={15} />
    </Art>
  )
}

export function PictureArt() {
  return (
    <Art>
      <Sheet x={16} y={22} width={56} height={56} sun={0.68} />
      <path className="way" d="M75.5 50h9m-3.5-3.5 3.5 3.5-3.5 3.5" />
      <Sheet x={88} y={22} width={56} height={56} sun={0.34} />
    </Art>
  )
}
