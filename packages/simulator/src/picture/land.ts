/** The land of a scene: ridges one behind the other, fading into the haze the farther they are. */
import { type Color, gradient, mix } from './color.ts'
import { createNoise2, createRidgeNoise, type Noise1, tabulate } from './noise.ts'
import type { ScenePlan } from './scene-plan.ts'

export interface Ridge {
  /** Where the ridge's edge is at x, in picture heights from the top. */
  readonly edge: Noise1
  /** The ground under the trees: haze follows it, not the treetops. */
  readonly ground: Noise1
  readonly color: Color
  /** Light caught along the edge. */
  readonly rim: Color
  /** Haze gathers at the foot. */
  readonly haze: Color
}

export function createRidges(plan: ScenePlan, aspect: number): readonly Ridge[] {
  const { motif, horizon, palette } = plan
  const haze = mix(gradient(palette.sky)(1), palette.glow, 0.25)
  const layers = LAYERS[motif]
  return layers.map((layer, index) => {
    const depth = (index + 1) / layers.length
    const noise = createRidgeNoise(plan.texture + index * 7919, {
      count: layer.roughness,
      gain: motif === 'dunes' ? 0.22 : 0.48,
      isSharp: layer.isSharp ?? false,
    })
    const trees = layer.trees ? createTrees(plan.texture + index, layer.trees) : null
    const peak = layer.peak ?? 0
    const bare: Noise1 = (x) => {
      const near = Math.exp(-(((x - plan.subjectX * aspect) / 0.34) ** 2))
      const swell = Math.max(0, noise(x * layer.stretch + index * 31) - (layer.floor ?? 0))
      const rise = swell * layer.height + near * peak
      return horizon + layer.drop - rise
    }
    const far = mix(palette.sky[2] ?? haze, palette.sky[3] ?? haze, 0.45)
    const color = mix(mix(far, palette.cloud, 0.4), palette.ground, 0.16 + 0.84 * depth ** 1.4)
    const ground = tabulate(bare, aspect)
    const edge = trees ? tabulate((x) => bare(x) - trees(x), aspect) : ground
    return { edge, ground, color, rim: mix(color, palette.glow, 0.4), haze }
  })
}

interface Layer {
  readonly height: number
  readonly stretch: number
  readonly drop: number
  readonly roughness: number
  readonly peak?: number
  readonly isSharp?: boolean
  /** Cuts the low parts off, so that the open horizon shows between hills. */
  readonly floor?: number
  readonly trees?: number
}

const LAYERS: Readonly<Record<ScenePlan['motif'], readonly Layer[]>> = {
  lighthouse: [{ height: 0.16, stretch: 1.7, drop: 0, roughness: 4, floor: 0.5 }],
  sea: [
    { height: 0.3, stretch: 1.5, drop: 0, roughness: 4, floor: 0.46 },
    { height: 0.2, stretch: 2.1, drop: 0, roughness: 4, floor: 0.54 },
  ],
  mountains: [
    { height: 0.34, stretch: 1.9, drop: 0.08, roughness: 5, peak: 0.12, isSharp: true },
    { height: 0.28, stretch: 2.3, drop: 0.15, roughness: 5, isSharp: true },
    { height: 0.22, stretch: 2.6, drop: 0.24, roughness: 5, isSharp: true },
    { height: 0.16, stretch: 2.1, drop: 0.34, roughness: 4, trees: 0.03 },
  ],
  forest: [
    { height: 0.3, stretch: 2, drop: 0.06, roughness: 5, peak: 0.05, isSharp: true },
    { height: 0.2, stretch: 2.2, drop: 0.13, roughness: 4, trees: 0.026 },
    { height: 0.18, stretch: 1.7, drop: 0.22, roughness: 3, trees: 0.05 },
    { height: 0.12, stretch: 1.3, drop: 0.34, roughness: 3, trees: 0.11 },
  ],
  dunes: [
    { height: 0.2, stretch: 2.4, drop: 0.06, roughness: 3, isSharp: true },
    { height: 0.26, stretch: 1.5, drop: 0.17, roughness: 2, isSharp: true },
    { height: 0.3, stretch: 1.1, drop: 0.33, roughness: 2, isSharp: true },
    { height: 0.3, stretch: 0.8, drop: 0.52, roughness: 2, isSharp: true },
  ],
}

/** A row of firs: triangles of uneven height, side by side. */
function createTrees(seed: number, size: number): Noise1 {
  const noise = createNoise2(seed ^ 0x2545f491)
  const width = size * 0.36
  return (x) => {
    const position = x / width
    const index = Math.floor(position)
    let tallest = 0
    for (let tree = index - 2; tree <= index + 2; tree++) {
      const centre = tree + 0.5 + (noise(tree * 3.7, 1.5) - 0.5) * 1.3
      // A few stand out, most are of a height, some are gaps.
      const height = 0.3 + noise(tree * 5.3, 9.5) ** 2 * 0.9 + noise(tree * 0.31, 4.1) * 0.25
      const slope = 1 - Math.abs(position - centre) / (0.55 + height * 0.35)
      // Branches: the outline steps outward as it goes down.
      const jag = 0.09 * Math.abs(((slope * 7) % 1) - 0.5)
      tallest = Math.max(tallest, slope > 0 ? (slope - jag) * height : 0)
    }
    return tallest * size
  }
}
