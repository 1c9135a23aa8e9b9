/** The sky of a scene: gradient, sun or moon with its glow, drifting clouds, stars. */
import type { CanvasSize } from './canvas.ts'
import { type Color, gradient, mix } from './color.ts'
import { createNoise2 } from './noise.ts'
import type { ScenePlan } from './scene-plan.ts'

/** The colour at a point of the sky; x is measured in picture heights, so that discs stay round. */
export type SkyPainter = (x: number, y: number) => Color

export interface Sky {
  readonly whole: SkyPainter
  /** Without disc and stars: what water mirrors. */
  readonly air: SkyPainter
}

export function createSky(plan: ScenePlan, { width, height }: CanvasSize): Sky {
  const aspect = width / height
  const { palette, sun, horizon } = plan
  const sunX = sun.x * aspect
  const rows = Math.min(MAX_ROWS, height)
  const air = tabulateSky(createAir(plan, aspect), { horizon: plan.horizon, aspect, rows })
  const edge = sun.radius * (palette.isMoon ? 0.04 : 0.1)

  const whole: SkyPainter = (x, y) => {
    let color = air(x, y)
    const height = y / horizon
    if (palette.stars > 0 && height < 0.75) {
      color = withStar(color, { x, y, strength: palette.stars * (1 - height / 0.75), plan })
    }
    const distance = Math.hypot(x - sunX, y - sun.y)
    if (distance > sun.radius + edge) return color
    const disc = 1 - smoothstep(sun.radius - edge, sun.radius + edge, distance)
    return mix(color, palette.sun, disc * 0.92)
  }
  return { whole, air }
}

/** Everything soft: gradient, glow and clouds. */
function createAir(plan: ScenePlan, aspect: number): SkyPainter {
  const { palette, sun, horizon } = plan
  const shade = gradient(palette.sky)
  const clouds = createNoise2(plan.texture)
  const wisps = createNoise2(plan.texture ^ 0x5bd1e995)
  const sunX = sun.x * aspect

  return (x, y) => {
    const height = y / horizon
    const distance = Math.hypot(x - sunX, (y - sun.y) * 1.25)
    const halo = Math.exp(-distance * 3.4)
    const color = mix(shade(height ** 1.15), palette.glow, halo * 0.75)

    // Clouds are stretched along the horizon, thin towards it, and lit from the sun's side.
    const drift = 1.6 + height * 5
    const mass =
      clouds(x * drift * 0.9 + 3, y * drift * 3.4) * 0.62 +
      wisps(x * drift * 2.6, y * drift * 8.5) * 0.38
    const cover = smoothstep(0.72 - plan.cloudiness * 0.3, 0.9 - plan.cloudiness * 0.12, mass)
    const lit = mix(palette.cloud, palette.glow, Math.min(1, halo * 1.9))
    return mix(color, lit, cover * (0.72 - 0.3 * height))
  }
}

/** Soft things need few samples, and small pictures fewer still. */
const MAX_ROWS = 96

interface SkyGrid {
  readonly horizon: number
  readonly aspect: number
  readonly rows: number
}

/** The air is worked out on a grid and blended in between. */
function tabulateSky(sky: SkyPainter, { horizon, aspect, rows }: SkyGrid): SkyPainter {
  const columns = Math.ceil(rows * aspect)
  const stride = columns + 1
  const grid = new Float32Array(stride * (rows + 1) * 3)
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      grid.set(
        sky((column / columns) * aspect, (row / rows) * horizon),
        (row * stride + column) * 3,
      )
    }
  }
  return (x, y) => {
    const across = Math.min(Math.max((x / aspect) * columns, 0), columns - 0.001)
    const down = Math.min(Math.max((y / horizon) * rows, 0), rows - 0.001)
    const left = Math.floor(across)
    const top = Math.floor(down)
    const u = across - left
    const v = down - top
    const at = (top * stride + left) * 3
    const channel = (index: number): number => {
      const a = grid[at + index] ?? 0
      const b = grid[at + 3 + index] ?? 0
      const c = grid[at + stride * 3 + index] ?? 0
      const d = grid[at + stride * 3 + 3 + index] ?? 0
      return a + (b - a) * u + (c - a + (a - b - c + d) * u) * v
    }
    return [channel(0), channel(1), channel(2)]
  }
}

interface StarPoint {
  readonly x: number
  readonly y: number
  readonly strength: number
  readonly plan: ScenePlan
}

const STAR_CELLS = 46

/** At most one star per cell, somewhere inside it. */
function withStar(color: Color, { x, y, strength, plan }: StarPoint): Color {
  const cellX = Math.floor(x * STAR_CELLS)
  const cellY = Math.floor(y * STAR_CELLS)
  let mixed = Math.imul(cellX, 0x27d4eb2d) ^ Math.imul(cellY, 0x165667b1) ^ plan.texture
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  const chance = (mixed >>> 0) / 4_294_967_296
  if (chance > 0.16) return color
  const offsetX = x * STAR_CELLS - cellX - 0.2 - ((mixed >>> 8) & 255) / 430
  const offsetY = y * STAR_CELLS - cellY - 0.2 - ((mixed >>> 16) & 255) / 430
  const size = 0.05 + chance * 0.5
  const glow = Math.max(0, 1 - Math.hypot(offsetX, offsetY) / size)
  return mix(color, [255, 250, 236], glow * strength * (0.55 + chance * 2.6))
}

export function smoothstep(low: number, high: number, value: number): number {
  const t = Math.min(Math.max((value - low) / (high - low), 0), 1)
  return t * t * (3 - 2 * t)
}
