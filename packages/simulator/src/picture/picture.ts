/** An image that is drawn when somebody looks at it, once. */
import { type Canvas, createCanvas, fillCanvas, resample } from './canvas.ts'
import type { Color } from './color.ts'
import { drawScene, type SceneRequest } from './scene.ts'

export interface Picture {
  readonly width: number
  readonly height: number
  draw(): Canvas
}

/** Scenes are drawn no larger than this and scaled up: drawing blocks everything else. */
const MAX_SCENE_SIDE = 512

function once(width: number, height: number, make: () => Canvas): Picture {
  let drawn: Canvas | null = null
  return {
    width,
    height,
    draw() {
      drawn ??= make()
      return drawn
    },
  }
}

export function canvasPicture(canvas: Canvas): Picture {
  return { width: canvas.width, height: canvas.height, draw: () => canvas }
}

export function solidPicture(width: number, height: number, color: Color): Picture {
  return once(width, height, () => {
    const canvas = createCanvas(width, height)
    fillCanvas(canvas, color)
    return canvas
  })
}

export function scenePicture(request: SceneRequest, width: number, height: number): Picture {
  return once(width, height, () => {
    const shrink = Math.min(1, MAX_SCENE_SIDE / Math.max(width, height))
    const scene = drawScene(request, scaled(width, shrink), scaled(height, shrink))
    return shrink < 1 ? resample(scene, width, height) : scene
  })
}

export function resizedPicture(source: Picture, width: number, height: number): Picture {
  return once(width, height, () => resample(source.draw(), width, height))
}

export function invertedPicture(source: Picture): Picture {
  return once(source.width, source.height, () => {
    const canvas = createCanvas(source.width, source.height)
    const from = source.draw().data
    for (let at = 0; at < from.length; at++) canvas.data[at] = 255 - (from[at] ?? 0)
    return canvas
  })
}

/** `share` 0 shows the first, 1 the second. */
export function mixedPicture(first: Picture, second: Picture, share: number): Picture {
  const { width, height } = first
  return once(width, height, () => {
    const canvas = createCanvas(width, height)
    const a = first.draw().data
    const b = resizedPicture(second, width, height).draw().data
    for (let at = 0; at < a.length; at++) {
      canvas.data[at] = (a[at] ?? 0) * (1 - share) + (b[at] ?? 0) * share
    }
    return canvas
  })
}

function scaled(side: number, by: number): number {
  return Math.max(1, Math.round(side * by))
}
