/** An image, as large as its place. It opens when it is pressed. */
import type { OutputView } from '@safelight/shared'
import { useState } from 'react'
import { FileCard } from './file-card.tsx'
import type { OutputUrl } from './use-output-url.ts'

export interface PictureSize {
  width: number
  height: number
}

export interface PictureProps {
  output: OutputView
  source: OutputUrl
  onOpen: () => void
  onSize: (size: PictureSize) => void
}

export function Picture({ output, source, onOpen, onSize }: PictureProps) {
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
