/** Draws the scene a prompt and a seed stand for; the same two always give the same pixels. */
import { type Canvas, createCanvas, type CanvasSize } from './canvas.ts'
import { type Color, mix } from './color.ts'
import { createRidges, type Ridge } from './land.ts'
import { planScene, type ScenePlan } from './scene-plan.ts'
import { forRows, type Pause } from './slices.ts'
import { createSky } from './sky.ts'
import { createSubject, type Subject } from './subject.ts'
import { createWater } from './water.ts'

export interface SceneRequest {
  readonly text: string
  readonly seed: number
}

export async function drawScene(
  request: SceneRequest,
  size: CanvasSize,
  pause: Pause = () => null,
): Promise<Canvas> {
  const { width, height } = size
  const plan = planScene(request.text, request.seed)
  const aspect = width / height
  const canvas = createCanvas(width, height)
  const colorAt = createScene(plan, size)
  await forRows(height, pause, (row) => {
    const y = (row + 0.5) / height
    for (let column = 0; column < width; column++) {
      const x = ((column + 0.5) / width) * aspect
      const color = finish(colorAt(x, y), { x: x / aspect, y, grain: grainAt(column, row) })
      const at = (row * width + column) * 3
      canvas.data[at] = color[0]
      canvas.data[at + 1] = color[1]
      canvas.data[at + 2] = color[2]
    }
  })
  return canvas
}

type Painter = (x: number, y: number) => Color

function createScene(plan: ScenePlan, size: CanvasSize): Painter {
  const aspect = size.width / size.height
  const sky = createSky(plan, size)
  const ridges = createRidges(plan, aspect)
  const subject = createSubject(plan, aspect)
  const hasWater = subject !== null

  const behind =
    (paint: Painter): Painter =>
    (x, y) => {
      let color = paint(x, Math.min(y, plan.horizon))
      for (const ridge of ridges) color = overRidge(color, { ridge, x, y })
      return color
    }
  const backdrop = behind(sky.whole)
  const reflected = behind(sky.air)
  const mirrored: Painter = (x, y) =>
    subject ? overSubject(reflected(x, y), { subject, plan, x, y }) : reflected(x, y)
  const water = createWater({ plan, aspect, mirrored })

  return (x, y) => {
    const color = hasWater && y > plan.horizon ? water(x, y) : backdrop(x, y)
    return subject ? overSubject(color, { subject, plan, x, y }) : color
  }
}

function overRidge(color: Color, { ridge, x, y }: { ridge: Ridge; x: number; y: number }): Color {
  const below = y - ridge.edge(x)
  if (below < -0.002) return color
  const cover = Math.min(1, (below + 0.002) / 0.004)
  const rim = Math.exp(-Math.max(0, below) * 90)
  const deep = Math.max(0, y - ridge.ground(x))
  const hazy = mix(ridge.color, ridge.haze, Math.min(0.38, deep * 1.5))
  return mix(color, mix(hazy, ridge.rim, rim * 0.55), cover)
}

function overSubject(
  color: Color,
  { subject, plan, x, y }: { subject: Subject; plan: ScenePlan; x: number; y: number },
): Color {
  const sample = subject(x, y)
  const covered = sample.cover > 0 ? mix(color, sample.color, sample.cover) : color
  return sample.light > 0.004 ? mix(covered, plan.palette.sun, sample.light) : covered
}

interface Finish {
  readonly x: number
  readonly y: number
  readonly grain: number
}

/** A soft vignette, and grain enough that gradients do not band. */
function finish([red, green, blue]: Color, { x, y, grain }: Finish): Color {
  const shade = 1 - 0.34 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
  return [red * shade + grain, green * shade + grain, blue * shade + grain]
}

function grainAt(column: number, row: number): number {
  let mixed = Math.imul(column, 0x27d4eb2d) ^ Math.imul(row, 0x165667b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return ((mixed >>> 24) / 255 - 0.5) * 3
}
