/** The files a workflow begins with: each can be dropped, chosen or pasted. */
import type { Field, MediaField } from '../../../workflow/field.ts'
import type { ChangeDraft } from '../use-draft.ts'
import { MediaCard } from './media-card.tsx'
import type { Uploads } from './use-uploads.ts'

export interface MediaCardsProps {
  fields: readonly Field[]
  uploads: Uploads
  change: ChangeDraft
  problems: Readonly<Record<string, string>>
  /** A file hovers over the page. */
  isDragging: boolean
}

export function MediaCards({ fields, problems, ...rest }: MediaCardsProps) {
  const media = fields.filter((field): field is MediaField => field.kind === 'media')
  if (media.length === 0) return null
  return (
    <section className="media-cards" aria-label="Files">
      {media.map((field) => (
        <MediaCard key={field.id} field={field} problem={problems[field.id] ?? null} {...rest} />
      ))}
    </section>
  )
}
