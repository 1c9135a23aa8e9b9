/** What a scene shows, decided from the prompt's words and the seed before a pixel is drawn. */
import { createRandom, hashText, type Random } from '../random.ts'
import { type Palette, paletteOf } from './palette.ts'

export type Motif = 'lighthouse' | 'sea' | 'mountains' | 'forest' | 'dunes'

export interface ScenePlan {
  readonly motif: Motif
  readonly palette: Palette
  /** Heights run from 0 (top) to 1 (bottom), widths from 0 to 1. */
  readonly horizon: number
  readonly sun: { readonly x: number; readonly y: number; readonly radius: number }
  readonly cloudiness: number
  /** Where the headland, the boat or the tallest peak stands. */
  readonly subjectX: number
  /** Seeds the noises and the grain. */
  readonly texture: number
}

const MOTIFS: readonly (readonly [Motif, RegExp])[] = [
  ['lighthouse', /lighthouse|beacon|tower|coast|cliff/],
  ['sea', /sea|ocean|wave|beach|boat|sail|harbou?r|lake|island|water/],
  ['forest', /forest|tree|pine|wood|jungle|cabin/],
  ['dunes', /desert|dune|sand|plain|field|mars/],
  ['mountains', /mountain|hill|valley|peak|alp|landscape|castle/],
]

export function planScene(text: string, seed: number): ScenePlan {
  const hash = hashText(text)
  const random = createRandom(hash ^ Math.imul(hashText(String(seed)), 0x9e3779b1))
  const motif = motifOf(text, hash)
  const palette = paletteOf(text, hash >>> 3)
  const hasWater = motif === 'lighthouse' || motif === 'sea'
  const horizon = hasWater ? between(random, 0.56, 0.64) : between(random, 0.6, 0.7)
  const onRight = random() < 0.5
  const sunX = onRight ? between(random, 0.24, 0.4) : between(random, 0.6, 0.76)
  const lift = palette.isMoon ? between(random, 0.26, 0.38) : between(random, 0.05, 0.13)
  return {
    motif,
    palette,
    horizon,
    sun: {
      x: sunX,
      y: horizon - lift,
      radius: palette.isMoon ? between(random, 0.035, 0.05) : between(random, 0.045, 0.065),
    },
    cloudiness: between(random, 0.35, 0.8),
    subjectX: onRight ? between(random, 0.7, 0.8) : between(random, 0.2, 0.3),
    texture: Math.floor(random() * 0xffffffff),
  }
}

function motifOf(text: string, hash: number): Motif {
  const lower = text.toLowerCase()
  const named = MOTIFS.find(([, words]) => words.test(lower))
  return named?.[0] ?? MOTIFS[hash % MOTIFS.length]?.[0] ?? 'sea'
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random()
}
