/** What stands in a scene by the water: a lighthouse on its headland, or a sailing boat. */
import { type Color, mix } from './color.ts'
import { createRidgeNoise, tabulate } from './noise.ts'
import type { ScenePlan } from './scene-plan.ts'
import { smoothstep } from './sky.ts'

/** How much of a point the subject covers, in which colour; light adds a glow over what is there. */
export interface SubjectSample {
  readonly cover: number
  readonly color: Color
  readonly light: number
}

export type Subject = (x: number, y: number) => SubjectSample

const NOTHING: SubjectSample = { cover: 0, color: [0, 0, 0], light: 0 }

export function createSubject(plan: ScenePlan, aspect: number): Subject | null {
  if (plan.motif === 'lighthouse') return createLighthouse(plan, aspect)
  return plan.motif === 'sea' ? createBoat(plan, aspect) : null
}

/** Soft edges, about a pixel at the usual size. */
const EDGE = 0.0022

function inside(distance: number): number {
  return 1 - smoothstep(-EDGE, EDGE, distance)
}

function createLighthouse(plan: ScenePlan, aspect: number): Subject {
  const { palette, horizon, sun } = plan
  const centre = plan.subjectX * aspect
  const toEdge = plan.subjectX > 0.5 ? 1 : -1
  const rock = createRidgeNoise(plan.texture ^ 0x3c6ef372, { count: 4, gain: 0.55 })
  const base = horizon - 0.045
  const top = base - 0.3
  const lampY = top - 0.022
  const dark = mix(palette.ground, palette.cloud, 0.1)
  const sunSide = sun.x * aspect < centre ? -1 : 1

  // A tongue of rock from the picture's edge: its upper line climbs to the tower, its lower one is the shore.
  const shore = tabulate(
    (x) =>
      horizon +
      0.012 +
      0.06 * smoothstep(-0.2, 0.5, (x - centre) * toEdge) * (0.8 + rock(x * 9) * 0.4),
    aspect,
  )
  const headland = tabulate((x) => {
    const out = (x - centre) * toEdge
    const rise = 0.075 * smoothstep(-0.19, -0.03, out) + 0.045 * smoothstep(0.03, 0.4, out)
    return horizon + 0.014 - rise * (0.8 + (rock(x * 8) - 0.5) * 0.7)
  }, aspect)

  const towerCover = (x: number, y: number): { cover: number; color: Color } => {
    const offset = x - centre
    const share = (y - top) / (base + 0.03 - top)
    const half = 0.021 + 0.019 * Math.max(0, share) ** 1.3
    const shade = smoothstep(-1, 1, (offset / half) * sunSide)
    const stripe = Math.floor(share * 5) % 2 === 0 ? 0.62 : 0.08
    const paint = mix(dark, mix(palette.sun, palette.glow, 0.35), stripe * (0.3 + shade * 0.7))
    if (y >= top && y <= base + 0.05)
      return { cover: inside(Math.abs(offset) - half), color: paint }
    const gallery = Math.abs(y - top + 0.004) < 0.005 ? inside(Math.abs(offset) - 0.031) : 0
    const lantern = y < top && y > top - 0.04 ? inside(Math.abs(offset) - 0.016) : 0
    const roofHalf = (y - (top - 0.064)) * 0.95
    const roof = y < top - 0.038 && roofHalf > 0 ? inside(Math.abs(offset) - roofHalf) : 0
    const isGlass = lantern > 0 && y < top - 0.008 && y > top - 0.037 && Math.abs(offset) < 0.0135
    return { cover: Math.max(gallery, lantern, roof), color: isGlass ? palette.sun : dark }
  }

  const lightAt = (x: number, y: number): number => {
    const dx = x - centre
    const dy = y - lampY
    const distance = Math.hypot(dx, dy * 1.1)
    const along = -dx * toEdge
    const width = 0.008 + Math.max(0, along) * 0.085
    const off = (dy - along * 0.03) / width
    const inBeam = along > 0.01 && off * off < 6
    const beam = inBeam ? Math.exp(-off * off) * Math.exp(-along * 1.7) * 0.5 : 0
    return Math.min(1, (distance < 0.2 ? Math.exp(-distance * 26) * 1.1 : 0) + beam)
  }

  // Most of the picture is neither tower nor rock nor beam: that is found out first.
  return (x, y) => {
    const light = y < horizon ? lightAt(x, y) : 0
    const tower = Math.abs(x - centre) < 0.05 && y > top - 0.08 ? towerCover(x, y) : NOTHING
    if (tower.cover > 0) return { ...tower, light: light * 0.35 }
    const ridge = headland(x)
    if (y < ridge - EDGE || y > shore(x) + EDGE) return light > 0 ? { ...NOTHING, light } : NOTHING
    const land = inside(ridge - y) * inside(y - shore(x))
    const slope = smoothstep(0, 0.07, y - ridge)
    const rocky = mix(mix(dark, palette.glow, 0.2), palette.ground, slope)
    return { cover: land, color: rocky, light: light * (1 - land) }
  }
}

function createBoat(plan: ScenePlan, aspect: number): Subject {
  const { palette, horizon } = plan
  const centre = plan.subjectX * aspect
  const waterline = horizon + 0.055
  const hull = mix(palette.ground, palette.cloud, 0.08)
  const canvas = mix(palette.sun, palette.glow, 0.3)

  return (x, y) => {
    const dx = x - centre
    const dy = waterline - y
    if (dy > 0.2 || dy < -0.07 || Math.abs(dx) > 0.13) return NOTHING
    if (dy < 0) {
      // The boat's own reflection, fading downwards.
      const reflected = inside(Math.abs(dx + Math.sin(dy * 420) * 0.004) - 0.05 - dy * 0.5)
      return { cover: reflected * Math.max(0, 1 + dy / 0.07) * 0.55, color: hull, light: 0 }
    }
    const hullCover = dy < 0.022 ? inside(Math.abs(dx - dy * 0.2) - 0.052 - dy * 0.7) : 0
    const mast = dy < 0.19 ? inside(Math.abs(dx) - 0.0016) : 0
    const main = dy > 0.03 && dy < 0.182 && dx > 0.004 ? inside(dx - (0.186 - dy) * 0.42) : 0
    const jib = dy > 0.03 && dy < 0.16 && dx < -0.004 ? inside(-dx - (0.165 - dy) * 0.3) : 0
    if (main > 0 || jib > 0) {
      return {
        cover: Math.max(main, jib),
        color: mix(canvas, hull, jib > 0 ? 0.28 : 0.08),
        light: 0,
      }
    }
    return { cover: Math.max(hullCover, mast), color: hull, light: 0 }
  }
}
