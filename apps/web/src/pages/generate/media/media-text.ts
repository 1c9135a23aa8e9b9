/** What a card says of its file. Pure. */
import { type InputMedia, RequestError } from '@safelight/client'
import type { AssetView } from '@safelight/shared'
import { toFactsLine } from '../../../outputs/output-facts.ts'
import type { MediaField } from '../../../workflow/field.ts'
import { isAssetReference } from '../../../workflow/find-media.ts'
import type { Upload } from './use-uploads.ts'

export interface MediaText {
  name: string
  note: string
  isWrong: boolean
}

export interface MediaState {
  asset: AssetView | undefined
  /** Why nothing is known of the asset. */
  error: Error | null
  upload: Upload | null
  /** What the server said of the value at the last try. */
  problem: string | null
}

export const NOUNS: Record<InputMedia, string> = {
  image: 'a picture',
  audio: 'a sound',
  video: 'a film',
  file: 'a file',
}

/** As `LoadImage` and its kin refuse a name. */
const NO_SUCH_FILE = /\bInvalid (?:image|audio|video|mask)? ?file: /

export function toMediaText(field: MediaField, state: MediaState): MediaText {
  const { asset, error, upload, problem } = state
  if (upload?.step === 'sending') {
    const percent = Math.floor(upload.share * 100)
    return { name: upload.name, note: `Uploading, ${percent} %`, isWrong: false }
  }
  if (upload) return { name: upload.file.name, note: upload.problem, isWrong: true }
  if (isAssetReference(field.value)) return toAssetText(field.value.info, { asset, error, problem })
  const { value, media } = field
  if (problem) {
    // ComfyUI's own words for it say nothing to whoever has never seen the host's folder
    const note = NO_SUCH_FILE.test(problem)
      ? `No host has a file of this name. Drop ${NOUNS[media]} here to use one of yours.`
      : problem
    return { name: value, note, isWrong: true }
  }
  if (value === '')
    return { name: 'Nothing yet', note: `Drop ${NOUNS[media]} here.`, isWrong: false }
  if (/^https?:\/\//.test(value)) {
    return { name: value, note: 'The server fetches it when the job is submitted.', isWrong: false }
  }
  return {
    name: value,
    note: `A name on the hosts. Drop ${NOUNS[media]} here to use one of yours.`,
    isWrong: false,
  }
}

function toAssetText(
  { file_path: path }: { file_path?: string },
  { asset, error, problem }: Pick<MediaState, 'asset' | 'error' | 'problem'>,
): MediaText {
  const name = asset?.name ?? path ?? 'An asset'
  if (problem) return { name, note: problem, isWrong: true }
  if (error instanceof RequestError && error.code === 'not_found') {
    return { name, note: 'It is no longer kept. Choose it again.', isWrong: true }
  }
  if (error) return { name, note: 'Nothing could be learned of it.', isWrong: false }
  if (!asset) return { name, note: 'One moment.', isWrong: false }
  const { width, height } = asset
  const size = width !== null && height !== null ? ` · ${width} × ${height}` : ''
  const masked = asset.tags.some((tag) => tag.startsWith('mask-of:')) ? ' · with a mask' : ''
  return { name, note: `${toFactsLine(asset)}${size}${masked}`, isWrong: false }
}
