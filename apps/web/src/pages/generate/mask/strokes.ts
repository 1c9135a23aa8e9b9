/** What was painted, as a list of deeds that can be taken back and drawn anew. Pure but for the canvas it draws on. */

export interface Point {
  x: number
  y: number
}

export interface Stroke {
  kind: 'stroke'
  /** In pixels of the picture. */
  points: readonly Point[]
  /** Across, in pixels of the picture. */
  size: number
  erases: boolean
}

export type Deed = Stroke | { kind: 'clear' } | { kind: 'invert' }

export interface Painting {
  /** Oldest first. */
  done: readonly Deed[]
  /** Taken back, the latest last. */
  undone: readonly Deed[]
}

export const NOTHING_PAINTED: Painting = { done: [], undone: [] }

export function withDeed({ done }: Painting, deed: Deed): Painting {
  return { done: [...done, deed], undone: [] }
}

export function undo(painting: Painting): Painting {
  const last = painting.done.at(-1)
  if (!last) return painting
  return { done: painting.done.slice(0, -1), undone: [...painting.undone, last] }
}

export function redo(painting: Painting): Painting {
  const last = painting.undone.at(-1)
  if (!last) return painting
  return { done: [...painting.done, last], undone: painting.undone.slice(0, -1) }
}

/** The canvas is opaque where the mask is. */
export type MaskContext = CanvasRenderingContext2D

/** The red of masking film; what counts is where it is. */
const INK = '#d3093f'

/** @param base the mask that the picture had before */
export function drawAll(
  context: MaskContext,
  base: CanvasImageSource | null,
  deeds: readonly Deed[],
): void {
  wipe(context)
  if (base) context.drawImage(base, 0, 0)
  for (const deed of deeds) drawDeed(context, deed)
}

export function drawDeed(context: MaskContext, deed: Deed): void {
  if (deed.kind === 'clear') return wipe(context)
  if (deed.kind === 'stroke') return drawStroke(context, deed)
  const { width, height } = context.canvas
  // what is there goes, and what is not comes
  context.globalCompositeOperation = 'xor'
  context.fillStyle = INK
  context.fillRect(0, 0, width, height)
  context.globalCompositeOperation = 'source-over'
}

function wipe(context: MaskContext): void {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
}

function drawStroke(context: MaskContext, { points, size, erases }: Stroke): void {
  const [first] = points
  if (!first) return
  context.globalCompositeOperation = erases ? 'destination-out' : 'source-over'
  context.strokeStyle = INK
  context.lineWidth = size
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.beginPath()
  context.moveTo(first.x, first.y)
  // a line to itself is a dot
  for (const { x, y } of points.length === 1 ? points : points.slice(1)) context.lineTo(x, y)
  context.stroke()
  context.globalCompositeOperation = 'source-over'
}
