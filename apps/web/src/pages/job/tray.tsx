/** The tray: empty with a word of why, with a picture under the red lamp, or with an output by white light. */
import type { Generation } from '@safelight/client/react'
import { isTerminal, type OutputView, type SnapshotView, type WhyCode } from '@safelight/shared'
import { type ReactNode, useState } from 'react'
import { type PictureSize, ShownOutput } from '../../outputs/shown-output.tsx'
import type { OutputUrl } from '../../outputs/use-output-url.ts'
import { toTrayText, type TrayPlace } from './tray-text.ts'

export interface TrayProps {
  generation: Generation
  /** Null while there is no output. */
  shown: OutputView | null
  source: OutputUrl
  /** Of the picture that is shown, once it is loaded. */
  size: PictureSize | null
  /** Of the paper, until the picture says better. */
  ratio: number
  why: WhyCode | null
  /** The reader has waited for the picture, so it clears before their eyes. */
  isDeveloping: boolean
  onOpen: () => void
  onSize: (size: PictureSize) => void
}

/** Where nothing is and nothing will be, less room is enough. */
const NOTHING_RATIO = 5 / 2

export function Tray(props: TrayProps) {
  const { generation, shown, size, isDeveloping, why } = props
  const { snapshot, queuePosition, etaMs } = generation
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
          <EmptyTray snapshot={snapshot} place={{ queuePosition, etaMs, why }} ratio={ratio} />
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

export interface EmptyTrayProps {
  snapshot: SnapshotView | null
  place: TrayPlace
  /** Width by height of the paper. */
  ratio: number
}

/** The tray while there is nothing in it: a blank sheet, and in words what it waits for. */
function EmptyTray({ snapshot, place, ratio }: EmptyTrayProps) {
  const hasEnded = snapshot !== null && isTerminal(snapshot.status)
  const { title, hint } = toTrayText(snapshot, place)
  return (
    <div className="empty-tray">
      {!hasEnded && <div className="sheet" aria-hidden="true" style={toPaperSize(ratio)} />}
      <div className="empty-tray-words">
        <p className="empty-tray-title">{title}</p>
        <p className="soft">{hint}</p>
      </div>
    </div>
  )
}

export interface PrintProps {
  /** The picture in the making, if one was shown. */
  preview: string | null
  /** Under the red lamp. */
  isRed: boolean
  /** Width by height, as far as it is known. */
  ratio: number
  /** What came of it, to lie over the picture in the making. */
  children?: ReactNode
}

/** A sheet in the tray, as large as the tray allows: red while it develops, then in its true colours. */
function Print({ preview, isRed, ratio, children }: PrintProps) {
  const [ofPreview, setOfPreview] = useState<number | null>(null)
  const shape = children ? ratio : (ofPreview ?? ratio)
  return (
    <div className="print" data-red={isRed} style={toPaperSize(shape)}>
      {preview && (
        <img
          className="in-the-making"
          src={preview}
          alt={children ? '' : 'The picture so far'}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setOfPreview(naturalHeight > 0 ? naturalWidth / naturalHeight : null)
          }
        />
      )}
      {children}
    </div>
  )
}

/** As wide as the tray is, or as its height allows: the units are the tray's. */
function toPaperSize(ratio: number): { aspectRatio: number; width: string } {
  return { aspectRatio: ratio, width: `min(100cqw, ${ratio * 100}cqh)` }
}
