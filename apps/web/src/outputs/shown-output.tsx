/** One output, large, as what it is. */
import { assertNever, type OutputView } from '@safelight/shared'
import { FileCard } from './file-card.tsx'
import { Picture, type PictureSize } from './picture.tsx'
import { Film, Sound } from './player.tsx'
import './shown-output.css'
import { TextOutput } from './text-output.tsx'
import type { OutputUrl } from './use-output-url.ts'

export interface ShownOutputProps {
  output: OutputView
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
