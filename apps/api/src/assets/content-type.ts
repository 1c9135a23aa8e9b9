/** What a browser may show by itself, and what it may only save. Outputs come from custom nodes: trust none. */
import { toWellFormed } from '@safelight/shared'

const INLINE = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/apng',
  'image/bmp',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'audio/x-wav',
  'audio/flac',
  'audio/webm',
  'audio/aac',
  'text/plain',
])

/** Anything that is not plainly a picture, a film, a sound or plain text is bytes to be saved. */
export function toServedType(contentType: string): { type: string; inline: boolean } {
  const essence = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!INLINE.has(essence)) return { type: 'application/octet-stream', inline: false }
  return { type: essence === 'text/plain' ? 'text/plain; charset=utf-8' : essence, inline: true }
}

/** RFC 6266: a plain name for everybody, the real one for those who read it. */
export function toDisposition(name: string, inline: boolean): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%/]/g, '_')
  const full = encodeURIComponent(toWellFormed(name)).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${inline ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${full}`
}
