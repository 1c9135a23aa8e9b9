/** One output, large, as what it is. */
import { formatSize } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { assertNever } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Sign } from '../ui/sign.tsx'
import { type ShownFile, toFactsLine } from './output-facts.ts'
import type { OutputUrl } from './use-output-url.ts'

export interface ShownOutputProps {
  output: ShownFile
  source: OutputUrl
  onOpen: () => void
  onSize: (size: PictureSize) => void
}

export function ShownOutput({ output, source, ...picture }: ShownOutputProps) {
  switch (output.type) {
    case 'image':
      return <Picture output={output} source={source} {...picture} />
    case 'video':
      return <Film output={output} source={source} />
    case 'audio':
      return <Sound output={output} source={source} />
    case 'text':
      return <TextOutput output={output} />
    case 'file':
    case 'latent':
      return <FileCard output={output} />
    default:
      return assertNever(output.type)
  }
}

export interface PictureSize {
  width: number
  height: number
}

export interface PictureProps {
  output: ShownFile
  source: OutputUrl
  onOpen: () => void
  onSize: (size: PictureSize) => void
}

/** An image, as large as its place. It opens when it is pressed. */
function Picture({ output, source, onOpen, onSize }: PictureProps) {
  const [state, setState] = useState<'loading' | 'loaded' | 'broken'>('loading')
  if (state === 'broken' || source.failed) {
    return <FileCard output={output} note="It cannot be shown here, but it can be saved." />
  }
  return (
    <button
      type="button"
      className="picture"
      data-loaded={state === 'loaded'}
      aria-label={`Look closer at ${output.name}`}
      onClick={onOpen}
    >
      {source.url && (
        <img
          src={source.url}
          alt=""
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
            setState('loaded')
            onSize({ width: naturalWidth, height: naturalHeight })
          }}
          onError={() => setState('broken')}
        />
      )}
    </button>
  )
}

const CANNOT = 'This browser cannot play it, but it can be saved.'

interface PlayerProps {
  output: ShownFile
  source: OutputUrl
}

/** Film and sound, with the browser's own controls. */
function Film({ output, source }: PlayerProps) {
  const [isBroken, setBroken] = useState(false)
  // what moves by itself is for those who do not mind
  const [isCalm] = useState(() => matchMedia('(prefers-reduced-motion: reduce)').matches)
  if (isBroken || source.failed) return <FileCard output={output} note={CANNOT} />
  return (
    <video
      className="film"
      src={source.url ?? undefined}
      aria-label={output.name}
      controls
      loop
      muted
      playsInline
      autoPlay={!isCalm}
      preload="metadata"
      onError={() => setBroken(true)}
    />
  )
}

function Sound({ output, source }: PlayerProps) {
  const [isBroken, setBroken] = useState(false)
  if (isBroken || source.failed) return <FileCard output={output} note={CANNOT} />
  return (
    <div className="sound">
      <Sign name="audio" />
      <audio
        src={source.url ?? undefined}
        aria-label={output.name}
        controls
        preload="metadata"
        onError={() => setBroken(true)}
      />
    </div>
  )
}

/** As much as anybody reads here; the rest is for an editor. */
const MAX_BYTES = 64 * 1024

/** A text, read in place: its beginning, if it is long. */
function TextOutput({ output }: { output: ShownFile }) {
  const client = useClient()
  const { id, url } = output
  const { data, isError } = useQuery({
    queryKey: ['output-text', id],
    queryFn: async ({ signal }) =>
      readBoundedText(await client.outputs.fetch({ url }, { signal }), MAX_BYTES),
    // content never changes
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (isError) return <FileCard output={output} note="It could not be read." />
  return (
    <div className="text-output">
      <pre tabIndex={0}>{data?.text}</pre>
      {data?.cut && (
        <p className="soft small">
          The first {formatSize(MAX_BYTES)} of {formatSize(output.size_bytes)}. Save it to read on.
        </p>
      )}
    </div>
  )
}

/** An output that a page cannot show: what it is called and what it is. */
function FileCard({ output, note }: { output: ShownFile; note?: string }) {
  return (
    <div className="file-card">
      <Sign name="file" />
      <strong>{output.name}</strong>
      <span className="soft">{toFactsLine(output)}</span>
      {note && <span className="soft">{note}</span>}
    </div>
  )
}

export interface BoundedText {
  text: string
  /** There is more than this. */
  cut: boolean
}

/** The beginning of a text, without loading the rest. */
export async function readBoundedText(answer: Response, maxBytes: number): Promise<BoundedText> {
  if (!answer.body) return { text: '', cut: false }
  const reader = answer.body.getReader()
  // as a stream: half a letter at the cut is left out instead of shown as a question mark
  const decoder = new TextDecoder()
  let text = ''
  let left = maxBytes
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { text: text + decoder.decode(), cut: false }
    if (value.byteLength > left) {
      text += decoder.decode(value.subarray(0, left), { stream: true })
      await reader.cancel()
      return { text, cut: true }
    }
    text += decoder.decode(value, { stream: true })
    left -= value.byteLength
  }
}
