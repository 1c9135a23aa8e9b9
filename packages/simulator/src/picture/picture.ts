/** An image that is drawn when somebody looks at it, and in slices. */
import { type Canvas, createCanvas, fillCanvas, resample, type CanvasSize } from './canvas.ts'
import type { Color } from './color.ts'
import { drawScene, type SceneRequest } from './scene.ts'
import { forRows, type Pause } from './slices.ts'

export interface Picture extends CanvasSize {
  draw(pause: Pause): Promise<Canvas>
}

/** Scenes are drawn no larger than this and scaled up: drawing costs more than all the rest. */
const MAX_SCENE_SIDE = 512

/** Drawn once for as long as somebody holds the pixels: pictures outlive them by far, in saved files. */
function once({ width, height }: CanvasSize, make: (pause: Pause) => Promise<Canvas>): Picture {
  let drawing: Promise<Canvas> | null = null
  let drawn: WeakRef<Canvas> | null = null

  const start = async (pause: Pause): Promise<Canvas> => {
    try {
      const canvas = await make(pause)
      drawn = new WeakRef(canvas)
      return canvas
    } finally {
      drawing = null
    }
  }

  return {
    width,
    height,
    async draw(pause) {
      const canvas = drawn?.deref()
      if (canvas) return canvas
      drawing ??= start(pause)
      return drawing
    },
  }
}

export function canvasPicture(canvas: Canvas): Picture {
  return once(canvas, async () => canvas)
}

export function solidPicture(width: number, height: number, color: Color): Picture {
  return once({ width, height }, async () => {
    const canvas = createCanvas(width, height)
    fillCanvas(canvas, color)
    return canvas
  })
}

export function scenePicture(request: SceneRequest, size: CanvasSize): Picture {
  return once(size, async (pause) => {
    const shrink = Math.min(1, MAX_SCENE_SIDE / Math.max(size.width, size.height))
    const scene = await drawScene(request, scaled(size, shrink), pause)
    return shrink < 1 ? resample(scene, size, pause) : scene
  })
}

/** The same picture, whose pixels go to `hold` each time they are drawn. */
export function heldPicture(source: Picture, hold: (canvas: Canvas) => void): Picture {
  return once(source, async (pause) => {
    const canvas = await source.draw(pause)
    hold(canvas)
    return canvas
  })
}

export function resizedPicture(source: Picture, width: number, height: number): Picture {
  const size = { width, height }
  return once(size, async (pause) => resample(await source.draw(pause), size, pause))
}

export function invertedPicture(source: Picture): Picture {
  return once(source, async (pause) => {
    const canvas = createCanvas(source.width, source.height)
    const { data: from } = await source.draw(pause)
    for (let at = 0; at < from.length; at++) canvas.data[at] = 255 - (from[at] ?? 0)
    return canvas
  })
}

/** `share` 0 shows the first, 1 the second. */
export function mixedPicture(first: Picture, second: Picture, share: number): Picture {
  const { width, height } = first
  return once(first, async (pause) => {
    const canvas = createCanvas(width, height)
    const a = (await first.draw(pause)).data
    const b = (await resizedPicture(second, width, height).draw(pause)).data
    const row = width * 3
    await forRows(height, pause, (y) => {
      for (let at = y * row; at < (y + 1) * row; at++) {
        canvas.data[at] = (a[at] ?? 0) * (1 - share) + (b[at] ?? 0) * share
      }
    })
    return canvas
  })
}

function scaled({ width, height }: CanvasSize, by: number): CanvasSize {
  return {
    width: Math.max(1, Math.round(width * by)),
    height: Math.max(1, Math.round(height * by)),
  }
}
