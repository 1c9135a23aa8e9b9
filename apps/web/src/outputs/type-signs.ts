/** The sign of each kind of file. */
import type { OutputType } from '@safelight/shared'
import type { SignName } from '../ui/sign.tsx'

export const TYPE_SIGNS: Record<OutputType, SignName> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  text: 'text',
  file: 'file',
  latent: 'file',
}
