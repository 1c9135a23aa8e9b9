/** The content type ComfyUI guesses from a file name; pages and scripts are served as plain bytes. */
import { posix } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.flac': 'audio/flac',
  '.wav': 'audio/x-wav',
  '.mp3': 'audio/mpeg',
  '.json': 'application/json',
  '.txt': 'text/plain',
}

export function contentTypeOf(filename: string): string {
  return TYPES[posix.extname(filename).toLowerCase()] ?? 'application/octet-stream'
}
