/** The picture as it develops: red under the safelight, in its true colours once it is done. */
import { useLayers } from './use-layers.ts'

export interface GenerationPictureProps {
  /** The newest picture, in the making or done; null keeps the last. */
  url: string | null
  isDone: boolean
}

export function GenerationPicture({ url, isDone }: GenerationPictureProps) {
  const { layers, ratio } = useLayers(url)
  if (layers.length === 0) return null
  return (
    <div
      className="sl-picture"
      role="img"
      aria-label={isDone ? 'The finished picture' : 'The picture so far'}
      data-shown={layers.some(({ isSeen }) => isSeen)}
      data-done={isDone}
    >
      <div
        className="sl-picture__frame"
        style={ratio === null ? undefined : { aspectRatio: ratio }}
      >
        {layers.map((layer) => (
          <img
            key={layer.url}
            className="sl-picture__layer"
            src={layer.url}
            alt=""
            data-seen={layer.isSeen}
            onLoad={layer.onLoad}
          />
        ))}
      </div>
    </div>
  )
}
