/** What is said of an output in one line, and which of many is shown first. */
import type { OutputType, OutputView } from '@safelight/shared'
import { formatSize } from './format-size.ts'

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
export function toKind({ name, content_type: type }: OutputView): string {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]
  return (ending ?? type.split('/').at(-1)?.split(';')[0] ?? type).toUpperCase()
}
