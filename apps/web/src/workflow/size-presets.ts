/** Common shapes for a picture of about the same area: models are at home at one area, in several shapes. */
import type { Size } from './field.ts'

/** Sides that models were trained on are multiples of this. */
const GRID = 64
/** Portrait is two to three, landscape three to two. */
const TALL = Math.sqrt(3 / 2)

export interface SizePreset {
  name: 'Square' | 'Portrait' | 'Landscape'
  size: Size
}

export function toSizePresets(size: Size): SizePreset[] {
  const side = toGrid(Math.sqrt(size.width * size.height))
  const [short, long] = [toGrid(side / TALL), toGrid(side * TALL)]
  return [
    { name: 'Square', size: { width: side, height: side } },
    { name: 'Portrait', size: { width: short, height: long } },
    { name: 'Landscape', size: { width: long, height: short } },
  ]
}

function toGrid(side: number): number {
  return Math.max(GRID, Math.round(side / GRID) * GRID)
}
