/**
 * What a file of ours is called in the input folder of a host: after its content, so that two users' `input.png` never
 * meet, and in the folder's root, since nodes list nothing below it. Its ending is what loaders go by.
 */
import { type Asset, memberOf } from '@safelight/shared'

const PREFIX = 'safelight-'
/** Half of the hash: enough never to meet another. */
const DIGITS = 32

const ENDINGS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/apng': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
  'image/tiff': 'tiff',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/heif': 'heif',
  'image/svg+xml': 'svg',
  'image/x-exr': 'exr',
  'image/vnd.radiance': 'hdr',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
  'video/ogg': 'ogv',
  'video/x-matroska': 'mkv',
  'video/matroska': 'mkv',
  'video/x-msvideo': 'avi',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'audio/ogg': 'ogg',
  'audio/opus': 'opus',
  'audio/mp4': 'm4a',
  'audio/aac': 'aac',
  'model/gltf-binary': 'glb',
  'model/gltf+json': 'gltf',
  'model/obj': 'obj',
  'model/stl': 'stl',
  'application/json': 'json',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'text/plain': 'txt',
  'text/csv': 'csv',
}

/** Of a name that somebody gave: letters and digits at most. */
const HARMLESS = /\.([a-z0-9]{1,8})$/i

export function toInputName({
  hash,
  content_type: contentType,
  name,
}: Pick<Asset, 'hash' | 'content_type' | 'name'>): string {
  const digits = hash.slice(hash.indexOf(':') + 1).slice(0, DIGITS)
  return `${PREFIX}${digits}.${toEnding(contentType, name)}`
}

/** What the bytes are known to be comes before what they are called. */
function toEnding(contentType: string, name: string): string {
  const [type = ''] = contentType.toLowerCase().split(';')
  const known = memberOf(ENDINGS, type.trim())
  return known ?? HARMLESS.exec(name)?.[1]?.toLowerCase() ?? 'bin'
}
