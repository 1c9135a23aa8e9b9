/** Film and sound, with the browser's own controls. */
import type { OutputView } from '@safelight/shared'
import { useState } from 'react'
import { Sign } from '../ui/sign.tsx'
import { FileCard } from './file-card.tsx'
import type { OutputUrl } from './use-output-url.ts'

const CANNOT = 'This browser cannot play it, but it can be saved.'

interface PlayerProps {
  output: OutputView
  source: OutputUrl
}

export function Film({ output, source }: PlayerProps) {
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

export function Sound({ output, source }: PlayerProps) {
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
