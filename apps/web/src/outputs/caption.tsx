/** What lies in the tray: its name, its kind, its size, and what can be done with it. */
import { Sign } from '../ui/sign.tsx'
import { type ShownFile, toFactsLine } from './output-facts.ts'
import { SaveLink } from './save-link.tsx'
import type { PictureSize } from './shown-output.tsx'

export interface CaptionProps {
  output: ShownFile
  url: string | null
  size: PictureSize | null
}

export function Caption({ output, url, size }: CaptionProps) {
  const canOpen = url !== null && output.type !== 'file' && output.type !== 'latent'
  return (
    <div className="caption">
      <div className="caption-words">
        <strong title={output.name}>{output.name}</strong>
        <span className="soft">
          {toFactsLine(output)}
          {size && ` · ${size.width} × ${size.height}`}
        </span>
      </div>
      {canOpen && (
        <a className="button quiet compact" href={url} target="_blank" rel="noreferrer">
          <Sign name="open" /> Open original
        </a>
      )}
      <SaveLink output={output} url={url} className="button compact">
        <Sign name="save" /> Download
      </SaveLink>
    </div>
  )
}
