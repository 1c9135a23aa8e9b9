/** A sheet in the tray, as large as the tray allows: red while it develops, then in its true colours. */
import { type ReactNode, useState } from 'react'

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

export function Print({ preview, isRed, ratio, children }: PrintProps) {
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
export function toPaperSize(ratio: number): { aspectRatio: number; width: string } {
  return { aspectRatio: ratio, width: `min(100cqw, ${ratio * 100}cqh)` }
}
