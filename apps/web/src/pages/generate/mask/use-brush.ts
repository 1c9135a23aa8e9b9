/** The brush on the canvas: pointers of every kind, and the keyboard. */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import type { Point, Stroke } from './strokes.ts'

export interface BrushOptions {
  size: number
  erases: boolean
  /** Of the picture, in pixels. */
  width: number
  height: number
  /** Another piece of the stroke that is being painted. */
  onPiece: (piece: Stroke) => void
  /** The whole of it, when the brush is lifted. */
  onStroke: (stroke: Stroke) => void
}

/** How far an arrow key goes, as a share of the brush. */
const STRIDE = 0.35

export function useBrush(options: BrushOptions) {
  const { size, erases, width, height, onPiece, onStroke } = options
  /** Where the brush is, for its ring; null while it is elsewhere. */
  const [at, setAt] = useState<Point | null>(null)
  const points = useRef<Point[]>([])
  const isDown = useRef(false)

  function begin(point: Point): void {
    isDown.current = true
    points.current = [point]
    onPiece({ kind: 'stroke', points: [point], size, erases })
  }

  function move(to: readonly Point[]): void {
    const last = points.current.at(-1)
    if (!isDown.current || !last || to.length === 0) return
    points.current.push(...to)
    onPiece({ kind: 'stroke', points: [last, ...to], size, erases })
  }

  function lift(): void {
    if (!isDown.current) return
    isDown.current = false
    onStroke({ kind: 'stroke', points: points.current, size, erases })
    points.current = []
  }

  const toPoint = (
    element: HTMLElement,
    { clientX, clientY }: { clientX: number; clientY: number },
  ) => {
    const box = element.getBoundingClientRect()
    return {
      x: ((clientX - box.left) / box.width) * width,
      y: ((clientY - box.top) / box.height) * height,
    }
  }

  const pointer = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      begin(toPoint(event.currentTarget, event))
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const { currentTarget, nativeEvent } = event
      setAt(toPoint(currentTarget, event))
      // all the places it was at since the last frame
      const passed = nativeEvent.getCoalescedEvents?.() ?? []
      move((passed.length > 0 ? passed : [nativeEvent]).map((one) => toPoint(currentTarget, one)))
    },
    onPointerUp: lift,
    onPointerCancel: lift,
    onPointerLeave: () => setAt(null),
  }

  /** Arrows move the brush; while the space bar is down, it paints. */
  const keys = {
    onKeyDown(event: KeyboardEvent) {
      const way = WAYS[event.key]
      const from = at ?? { x: width / 2, y: height / 2 }
      if (way) {
        const stride = Math.max(1, size * STRIDE)
        const to = {
          x: Math.min(width, Math.max(0, from.x + way.x * stride)),
          y: Math.min(height, Math.max(0, from.y + way.y * stride)),
        }
        setAt(to)
        move([to])
      } else if (event.key === ' ') {
        setAt(from)
        if (!event.repeat && !isDown.current) begin(from)
      } else return
      event.preventDefault()
    },
    onKeyUp({ key }: KeyboardEvent) {
      if (key === ' ') lift()
    },
    onBlur: lift,
  }

  return { at, handlers: { ...pointer, ...keys } }
}

const WAYS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}
