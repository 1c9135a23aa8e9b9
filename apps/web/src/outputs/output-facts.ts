/** What is said of an output in few words, and which of many is shown first. */
import type { OutputType, OutputView } from '@safelight/shared'

/** What people came for, first. */
const ORDER: readonly OutputType[] = ['image', 'video', 'audio', 'text', 'file', 'latent']

export function pickFirst(outputs: readonly OutputView[]): OutputView | null {
  const ranked = outputs.toSorted((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
  return ranked[0] ?? null
}

/** `PNG · 1.2 MB` */
export function toFactsLine(output: OutputView): string {
  return `${toKind(output)} · ${formatSize(output.size_bytes)}`
}

/** `PNG`: by the ending of its name, which people know, or else by its type. */
function toKind({ name, content_type: type }: OutputView): string {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]
  return (ending ?? type.split('/').at(-1)?.split(';')[0] ?? type).toUpperCase()
}

const UNITS = ['B', 'KB', 'MB', 'GB'] as const
const STEP = 1024

/** Sizes in words people use: `640 B`, `48 KB`, `1.2 MB`. */
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
