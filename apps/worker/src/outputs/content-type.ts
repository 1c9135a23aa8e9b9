/** What an output is, by its extension. The host's word is not trusted, and nothing a browser would run is in the table. */
import type { OutputType } from '@safelight/shared'

const TABLE: Record<string, readonly [OutputType, string]> = {
  png: ['image', 'image/png'],
  jpg: ['image', 'image/jpeg'],
  jpeg: ['image', 'image/jpeg'],
  webp: ['image', 'image/webp'],
  gif: ['image', 'image/gif'],
  avif: ['image', 'image/avif'],
  bmp: ['image', 'image/bmp'],
  tif: ['image', 'image/tiff'],
  tiff: ['image', 'image/tiff'],
  exr: ['image', 'image/x-exr'],
  mp4: ['video', 'video/mp4'],
  m4v: ['video', 'video/mp4'],
  webm: ['video', 'video/webm'],
  mov: ['video', 'video/quicktime'],
  mkv: ['video', 'video/x-matroska'],
  avi: ['video', 'video/x-msvideo'],
  wav: ['audio', 'audio/wav'],
  mp3: ['audio', 'audio/mpeg'],
  flac: ['audio', 'audio/flac'],
  ogg: ['audio', 'audio/ogg'],
  opus: ['audio', 'audio/ogg'],
  m4a: ['audio', 'audio/mp4'],
  txt: ['text', 'text/plain; charset=utf-8'],
  md: ['text', 'text/plain; charset=utf-8'],
  csv: ['text', 'text/csv; charset=utf-8'],
  json: ['text', 'application/json'],
  glb: ['file', 'model/gltf-binary'],
  latent: ['latent', 'application/octet-stream'],
}

export function toContentType(filename: string): { type: OutputType; contentType: string } {
  const extension = /\.([A-Za-z0-9]+)$/.exec(filename)?.[1]?.toLowerCase() ?? ''
  const known = Object.hasOwn(TABLE, extension) ? TABLE[extension] : undefined
  return known
    ? { type: known[0], contentType: known[1] }
    : { type: 'file', contentType: 'application/octet-stream' }
}
