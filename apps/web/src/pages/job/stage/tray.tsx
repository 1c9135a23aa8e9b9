/** The tray: empty with a word of why, with a picture under the red lamp, or with an output by white light. */
import type { Generation } from '@safelight/client/react'
import { isTerminal, type OutputView } from '@safelight/shared'
import { type PictureSize, ShownOutput } from '../../../outputs/shown-output.tsx'
import type { OutputUrl } from '../../../outputs/use-output-url.ts'
import { EmptyTray } from './empty-tray.tsx'
import { Print } from './print.tsx'

export interface TrayProps {
  generation: Generation
  /** Null while there is no output. */
  shown: OutputView | null
  source: OutputUrl
  /** Of the picture that is shown, once it is loaded. */
  size: PictureSize | null
  /** Of the paper, until the picture says better. */
  ratio: number
  /** The reader has waited for the picture, so it clears before their eyes. */
  isDeveloping: boolean
  onOpen: () => void
  onSize: (size: PictureSize) => void
}

/** Where nothing is and nothing will be, less room is enough. */
const NOTHING_RATIO = 5 / 2

export function Tray(props: TrayProps) {
  const { generation, shown, size, isDeveloping } = props
  const { snapshot, queuePosition } = generation
  const preview = generation.preview?.url ?? null
  const ratio = size ? size.width / size.height : props.ratio
  const hasEnded = snapshot !== null && isTerminal(snapshot.status)
  const isPicture = shown === null ? preview !== null : shown.type === 'image'
  return (
    <div className="tray" data-lit={snapshot?.status === 'running' && !shown}>
      {/* as the paper, not as what is shown: the page must not move when another output is chosen */}
      <div
        className="well"
        style={{ aspectRatio: hasEnded && !shown && !preview ? NOTHING_RATIO : props.ratio }}
      >
        {isPicture && (
          <Print
            preview={shown === null || isDeveloping ? preview : null}
            isRed={shown === null || (isDeveloping && !size)}
            ratio={ratio}
          >
            {shown && <Output {...props} shown={shown} />}
          </Print>
        )}
        {!isPicture && shown && <Output {...props} shown={shown} />}
        {!isPicture && !shown && (
          <EmptyTray snapshot={snapshot} queuePosition={queuePosition} ratio={ratio} />
        )}
      </div>
    </div>
  )
}

function Output({ shown, source, onOpen, onSize }: TrayProps & { shown: OutputView }) {
  return (
    <ShownOutput key={shown.id} output={shown} source={source} onOpen={onOpen} onSize={onSize} />
  )
}
