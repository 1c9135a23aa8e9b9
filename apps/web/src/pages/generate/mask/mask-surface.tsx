/** The picture with the mask over it, as large as there is room. */
import { useLayoutEffect, useRef } from 'react'
import { type Deed, drawAll, drawDeed, type MaskContext } from './strokes.ts'
import { useBrush } from './use-brush.ts'
import type { LoadedPicture } from './use-picture.ts'

export interface MaskSurfaceProps {
  loaded: LoadedPicture
  deeds: readonly Deed[]
  /** Of the brush, across, in pixels of the picture. */
  size: number
  erases: boolean
  onDeed: (deed: Deed) => void
  onCanvas: (canvas: HTMLCanvasElement | null) => void
}

export function MaskSurface({ loaded, deeds, size, erases, onDeed, onCanvas }: MaskSurfaceProps) {
  const { picture, mask } = loaded
  const { width, height } = picture
  const under = useRef<HTMLCanvasElement>(null)
  const over = useRef<HTMLCanvasElement>(null)

  useLayoutEffect(() => {
    const context = under.current?.getContext('2d')
    if (!context) return
    context.putImageData(opaque(picture), 0, 0)
  }, [picture])

  useLayoutEffect(() => {
    const context = toContext(over.current)
    if (context) drawAll(context, mask && toCanvas(mask), deeds)
  }, [mask, deeds])

  useLayoutEffect(() => {
    onCanvas(over.current)
    return () => onCanvas(null)
  }, [onCanvas])

  const { at, handlers } = useBrush({
    size,
    erases,
    width,
    height,
    onPiece(piece) {
      const context = toContext(over.current)
      if (context) drawDeed(context, piece)
    },
    onStroke: onDeed,
  })

  return (
    <div
      className="mask-sheet"
      style={{ aspectRatio: `${width} / ${height}`, ['--ratio' as string]: width / height }}
    >
      <canvas ref={under} width={width} height={height} />
      <canvas
        ref={over}
        className="mask-layer"
        width={width}
        height={height}
        role="img"
        aria-label="Mask. Arrow keys move the brush, the space bar paints while it is held."
        tabIndex={0}
        {...handlers}
      />
      {at && (
        <span
          className="mask-ring"
          data-erases={erases}
          style={{
            left: `${(at.x / width) * 100}%`,
            top: `${(at.y / height) * 100}%`,
            width: `${(size / width) * 100}%`,
          }}
        />
      )}
    </div>
  )
}

function toContext(canvas: HTMLCanvasElement | null): MaskContext | null {
  return canvas?.getContext('2d', { willReadFrequently: true }) ?? null
}

/** One is shown the whole picture: where the mask was, too. */
function opaque({ data, width, height }: ImageData): ImageData {
  const copy = new ImageData(new Uint8ClampedArray(data), width, height)
  for (let at = 3; at < data.length; at += 4) copy.data[at] = 255
  return copy
}

function toCanvas(pixels: ImageData): OffscreenCanvas {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height)
  canvas.getContext('2d')?.putImageData(pixels, 0, 0)
  return canvas
}
