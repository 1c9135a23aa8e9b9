/** What is said of an output in few words, and which of many is shown first. */
import { formatSize } from '@safelight/client'
import type { OutputType, OutputView } from '@safelight/shared'

/** What people came for, first; what was only to be looked at on the way, last. */
const ORDER: readonly OutputType[] = ['image', 'video', 'audio', 'text', 'file', 'latent']

export function pickFirst(outputs: readonly OutputView[]): OutputView | null {
  const rankOf = ({ type, preview }: OutputView) =>
    ORDER.indexOf(type) + (preview ? ORDER.length : 0)
  const ranked = outputs.toSorted((a, b) => rankOf(a) - rankOf(b))
  return ranked[0] ?? null
}

type Described = Pick<OutputView, 'name' | 'content_type' | 'size_bytes'>

/** An output or an asset: what is needed to show either. */
export type ShownFile = Pick<
  OutputView,
  'id' | 'name' | 'type' | 'content_type' | 'size_bytes' | 'url' | 'text'
>

/** `PNG · 1.2 MB` */
export function toFactsLine(output: Described): string {
  return `${toKind(output)} · ${formatSize(output.size_bytes)}`
}

/** `PNG`: by the ending of its name, which people know, or else by its type. */
function toKind({ name, content_type: type }: Described): string {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]
  return (ending ?? type.split('/').at(-1)?.split(';')[0] ?? type).toUpperCase()
}
