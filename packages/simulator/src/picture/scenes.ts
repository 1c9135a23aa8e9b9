/** The scenes one server was asked for lately: the same words, seed and size are not drawn twice. */
import type { Canvas, CanvasSize } from './canvas.ts'
import { heldPicture, type Picture, scenePicture } from './picture.ts'
import type { SceneRequest } from './scene.ts'

export interface Scenes {
  picture(request: SceneRequest, size: CanvasSize): Picture
}

const MAX_KEPT = 12

export function createScenes(): Scenes {
  const kept = new Map<string, Picture>()
  const drawn: Canvas[] = []
  const hold = (canvas: Canvas): void => {
    drawn.push(canvas)
    if (drawn.length > MAX_KEPT) drawn.shift()
  }

  return {
    picture(request, size) {
      const key = JSON.stringify([request.text, request.seed, size.width, size.height])
      const picture = kept.get(key) ?? heldPicture(scenePicture(request, size), hold)
      // Last in, first asked for again: the oldest go.
      kept.delete(key)
      kept.set(key, picture)
      const [oldest] = kept.keys()
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
      return picture
    },
  }
}
