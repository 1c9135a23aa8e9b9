/** Inputs of nodes that take files of users, and what stands there for a stored one. Without zod: clients carry it to browsers. */
import { isJsonObject, memberOf } from './graph-shape.ts'

/** What an input takes; `file`: of any kind. */
export const INPUT_MEDIA = ['image', 'audio', 'video', 'file'] as const
export type InputMedia = (typeof INPUT_MEDIA)[number]

/** Those of ComfyUI itself and the most used others: for fleets that cannot be asked, or have no host at the moment. */
const KNOWN: Readonly<Record<string, InputMedia>> = {
  'LoadImage.image': 'image',
  'LoadImageMask.image': 'image',
  'LoadImageOutput.image': 'image',
  'LoadAudio.audio': 'audio',
  'LoadVideo.file': 'video',
  'VHS_LoadVideo.video': 'video',
  'VHS_LoadVideoFFmpeg.video': 'video',
  'VHS_LoadAudioUpload.audio': 'audio',
}

/** What is known without a host's word. @returns null for an input of which nothing is */
export function usualMediaOf(className: string, input: string): InputMedia | null {
  return memberOf(KNOWN, `${className}.${input}`) ?? null
}

/** `__type` of an object that stands for an asset. */
export const REFERENCE_TYPE = 'core/ASSET'

/** Whether the value is a reference to an asset, well-formed or not. */
export function isReference(value: unknown): value is { info?: unknown } {
  return isJsonObject(value) && memberOf(value, '__type') === REFERENCE_TYPE
}
