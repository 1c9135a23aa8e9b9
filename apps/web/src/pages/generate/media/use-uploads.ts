/** Files on their way to the server, one per field: how far each is, or why it is not there. */
import { type InputMedia, RequestError } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useAccess } from '../../../shell/access.ts'
import type { MediaField } from '../../../workflow/field.ts'
import { withValue } from '../draft.ts'
import type { ChangeDraft } from '../use-draft.ts'
import { NOUNS } from './media-text.ts'

export type Upload =
  | { step: 'sending'; name: string; share: number }
  /** `mayHelp`: another try with the same file */
  | { step: 'failed'; file: File; problem: string; mayHelp: boolean }

export interface Uploads {
  of: (fieldId: string) => Upload | null
  /** @param tags words to find the asset by */
  start: (field: MediaField, file: File, tags?: readonly string[]) => void
  /** Takes back what is on its way, and forgets what went wrong. */
  dismiss: (fieldId: string) => void
}

export function useUploads(change: ChangeDraft): Uploads {
  const client = useClient()
  const queries = useQueryClient()
  const access = useAccess()
  const [uploads, setUploads] = useState<Readonly<Record<string, Upload>>>({})
  const going = useRef(new Map<string, AbortController>())

  const set = (id: string, upload: Upload | null) =>
    setUploads((all) => {
      const others = Object.entries(all).filter(([other]) => other !== id)
      return Object.fromEntries(upload ? [...others, [id, upload]] : others)
    })

  async function send(field: MediaField, file: File, tags: readonly string[]): Promise<void> {
    const { id } = field
    const { name } = file
    const stop = new AbortController()
    const { signal } = stop
    going.current.get(id)?.abort()
    going.current.set(id, stop)
    set(id, { step: 'sending', name, share: 0 })
    try {
      const asset = await client.assets.upload(file, {
        filePath: name,
        tags,
        signal,
        onProgress: ({ sent, total }) => {
          const share = total ? sent / total : 0
          if (!signal.aborted) set(id, { step: 'sending', name, share })
        },
      })
      if (signal.aborted) return
      queries.setQueryData(['asset', asset.id], asset)
      change((draft) => withValue(draft, field, client.assets.reference(asset)))
      set(id, null)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof RequestError && error.code === 'unauthorized') access.refuse()
      set(id, { step: 'failed', file, problem: toProblem(error), mayHelp: mayHelp(error) })
    }
  }

  const stopAll = useEffectEvent(() => {
    for (const stop of going.current.values()) stop.abort()
  })
  useEffect(() => () => stopAll(), [])

  return {
    of: (fieldId) => uploads[fieldId] ?? null,
    start(field, file, tags = []) {
      const problem = toMismatch(field.media, file)
      if (problem) set(field.id, { step: 'failed', file, problem, mayHelp: false })
      else void send(field, file, tags)
    },
    dismiss(fieldId) {
      going.current.get(fieldId)?.abort()
      set(fieldId, null)
    },
  }
}

/** What the browser takes it for says enough to spare people a wait; the server looks at the bytes. */
function toMismatch(media: InputMedia, { type }: File): string | null {
  const kind = type.split('/')[0] ?? ''
  if (media === 'file' || !['image', 'audio', 'video', 'text'].includes(kind)) return null
  // a film has a sound, and a moving picture is a film
  const fits =
    kind === media ||
    (media === 'audio' && kind === 'video') ||
    (media === 'video' && kind === 'image')
  return fits ? null : `This is no ${media} file: here ${NOUNS[media]} is needed.`
}

function toProblem(error: unknown): string {
  if (!(error instanceof RequestError))
    return error instanceof Error ? error.message : String(error)
  switch (error.code) {
    case 'unreachable':
      return 'The server did not answer. It is still here: try again.'
    case 'payload_too_large':
      return 'It is larger than the server takes.'
    case 'unauthorized':
      return 'The server wants a token. Try again with it.'
    default:
      return error.message
  }
}

/** Whether the same file may be taken when it is sent again. */
function mayHelp(error: unknown): boolean {
  return !(
    error instanceof RequestError &&
    ['payload_too_large', 'invalid_upload', 'invalid_request'].includes(error.code)
  )
}

/** What a file chooser should offer. */
export const ACCEPTS: Record<InputMedia, string> = {
  image: 'image/*',
  audio: 'audio/*,video/*',
  video: 'video/*,image/gif,image/webp',
  file: '',
}
