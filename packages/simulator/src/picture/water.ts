/** Water under a scene: the sky mirrored, broken by waves, with the sun's path glittering on it. */
import { type Color, mix } from './color.ts'
import { createNoise2 } from './noise.ts'
import type { ScenePlan } from './scene-plan.ts'
import type { SkyPainter } from './sky.ts'

export type Water = (x: number, y: number) => Color

export interface WaterDeps {
  readonly plan: ScenePlan
  readonly aspect: number
  /** What the water mirrors: the sky, and the land in front of it. */
  readonly mirrored: SkyPainter
}

export function createWater({ plan, aspect, mirrored }: WaterDeps): Water {
  const { horizon, palette, sun } = plan
  const swell = createNoise2(plan.texture ^ 0x1b873593)
  const ripple = createNoise2(plan.texture ^ 0x7feb352d)
  const deep = mix(palette.ground, palette.sky[1] ?? palette.ground, 0.35)
  const sunX = sun.x * aspect

  return (x, y) => {
    // Waves shrink towards the horizon: perspective is one division.
    const near = (y - horizon) / (1 - horizon)
    const scale = 1 / (0.035 + near)
    const wave =
      swell(x * 2.2 * scale ** 0.55, near * 26 * scale ** 0.62) * 0.6 +
      ripple(x * 6 * scale ** 0.6, near * 62 * scale ** 0.6) * 0.4
    const tilt = wave - 0.5

    const mirrorY = Math.max(0, horizon - (y - horizon) * (0.85 + tilt * 0.9))
    const reflection = mirrored(x + tilt * 0.05 * (0.4 + near), mirrorY)
    let color = mix(reflection, deep, 0.22 + near * 0.5)
    color = mix(color, palette.ground, Math.max(0, -tilt) * (0.25 + near * 0.7))

    const spread = 0.03 + near * 0.2
    const path = Math.exp(-(((x - sunX) / spread) ** 2))
    const sparkle = Math.max(0, wave - 0.44 + path * 0.08) * 3.4
    color = mix(color, palette.glow, path * Math.min(1, sparkle) * 0.85)
    const glint = Math.max(0, wave - 0.66) * 6
    return mix(color, palette.sun, path * Math.min(1, glint) * (1 - near * 0.4))
  }
}
