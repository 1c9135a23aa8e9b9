/** Common shapes for a picture of about the same area: models are at home at one area, in several shapes. */
import type { Size } from './field.ts'

/** Sides that models were trained on are multiples of this. */
const GRID = 64
/** Below this side that grid would make one of the three shapes; no model is at home there, so whole latents will do. */
const SMALL = 160
const LATENT = 8
const SMALLEST = 64
/** Portrait is two to three, landscape three to two. */
const TALL = Math.sqrt(3 / 2)

export interface SizePreset {
  name: 'Square' | 'Portrait' | 'Landscape'
  size: Size
}

export function toSizePresets(size: Size): SizePreset[] {
  const given = Math.sqrt(size.width * size.height)
  const [grid, most] = given < SMALL ? [LATENT, SMALL - LATENT] : [GRID, Number.POSITIVE_INFINITY]
  const side = Math.min(Math.max(SMALLEST, toGrid(given, grid)), most)
  const [short, long] = [toGrid(side / TALL, grid), toGrid(side * TALL, grid)]
  return [
    { name: 'Square', size: { width: side, height: side } },
    { name: 'Portrait', size: { width: short, height: long } },
    { name: 'Landscape', size: { width: long, height: short } },
  ]
}

function toGrid(side: number, grid: number): number {
  return Math.round(side / grid) * grid
}
