/** One picture in the lightbox: fitted to the window, or pixel for pixel around the point that was pressed. */
import type { OutputView } from '@safelight/shared'
import { type MouseEvent, useLayoutEffect, useRef } from 'react'
import { useOutputUrl } from './use-output-url.ts'

export interface LightboxPictureProps {
  output: OutputView
  isTrueSize: boolean
  onToggle: () => void
}

/** Where on the picture, from 0 to 1. */
interface Spot {
  x: number
  y: number
}
const MIDDLE: Spot = { x: 0.5, y: 0.5 }

export function LightboxPicture({ output, isTrueSize, onToggle }: LightboxPictureProps) {
  const { url } = useOutputUrl(output, true)
  const frame = useRef<HTMLDivElement>(null)
  const spot = useRef<Spot>(MIDDLE)

  useLayoutEffect(() => {
    const box = frame.current
    if (!box || !isTrueSize) return
    box.scrollLeft = spot.current.x * box.scrollWidth - box.clientWidth / 2
    box.scrollTop = spot.current.y * box.scrollHeight - box.clientHeight / 2
    spot.current = MIDDLE
  }, [isTrueSize])

  function press(event: MouseEvent<HTMLImageElement>): void {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
    spot.current = { x: (event.clientX - left) / width, y: (event.clientY - top) / height }
    onToggle()
  }

  return (
    <div
      ref={frame}
      className={isTrueSize ? 'lightbox-frame true-size' : 'lightbox-frame'}
      // so that arrow keys scroll what is larger than the window
      tabIndex={isTrueSize ? 0 : undefined}
    >
      {/* the button in the header does the same for the keyboard */}
      {url && <img src={url} alt={output.name} onClick={press} />}
    </div>
  )
}
