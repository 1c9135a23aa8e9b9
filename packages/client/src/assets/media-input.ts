/** Which inputs of nodes take a file that users bring along, and of what kind. */
import { memberOf, type NodeClassView } from '@safelight/shared'

/** `file`: of any kind. */
export type InputMedia = 'image' | 'audio' | 'video' | 'file'

/** Those of ComfyUI itself and the most used others: for fleets that cannot be asked, or have no host at the moment. */
const KNOWN: Readonly<Record<string, InputMedia>> = {
  'LoadImage.image': 'image',
  'LoadImageMask.image': 'image',
  'LoadImageOutput.image': 'image',
  'LoadAudio.audio': 'audio',
  'LoadVideo.file': 'video',
  'VHS_LoadVideo.video': 'video',
  'VHS_LoadAudioUpload.audio': 'audio',
}

/**
 * @param nodeClass what the fleet says of the class, if it says anything
 * @returns null for an input that takes no such file
 */
export function toInputMedia(
  { className, input }: { className: string; input: string },
  nodeClass: NodeClassView | undefined,
): InputMedia | null {
  const told = memberOf(nodeClass?.input ?? {}, input)
  if (told?.media) return told.media
  if (told?.kind === 'uploads') return 'file'
  return memberOf(KNOWN, `${className}.${input}`) ?? null
}
