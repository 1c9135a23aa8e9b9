/** Sizes of files in words people use. */

const UNITS = ['B', 'KB', 'MB', 'GB'] as const
const STEP = 1024

/** `640 B`, `48 KB`, `1.2 MB` */
export function formatSize(bytes: number): string {
  let value = bytes
  let unit = 0
  // rounded first: 1023.6 KB is 1 MB, not 1024 KB
  while (Math.round(value) >= STEP && unit < UNITS.length - 1) {
    value /= STEP
    unit += 1
  }
  const digits = unit < 2 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`
}
