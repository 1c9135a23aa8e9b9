/** Two pictures at most: the one that is seen, and over it the next one, which fades in once it is loaded. */
import { type SyntheticEvent, useState } from 'react'

interface Layers {
  under: string | null
  top: string | null
  isTopLoaded: boolean
  /** Width by height of what was loaded last; null before. */
  ratio: number | null
}

export interface Layer {
  url: string
  isSeen: boolean
  onLoad: (event: SyntheticEvent<HTMLImageElement>) => void
}

const NONE: Layers = { under: null, top: null, isTopLoaded: false, ratio: null }

/** @param url the newest picture; null keeps what is there */
export function useLayers(url: string | null): { layers: Layer[]; ratio: number | null } {
  const [held, setHeld] = useState(NONE)
  const now = url === null || url === held.top ? held : toNext(held, url)
  if (now !== held) setHeld(now)

  const toLayer = (layerUrl: string, isSeen: boolean): Layer => ({
    url: layerUrl,
    isSeen,
    onLoad: ({ currentTarget: { naturalWidth, naturalHeight } }) =>
      setHeld((layers) =>
        layers.top === layerUrl
          ? { ...layers, isTopLoaded: true, ratio: toRatio(naturalWidth, naturalHeight) }
          : layers,
      ),
  })
  const layers: Layer[] = []
  if (now.under !== null) layers.push(toLayer(now.under, true))
  if (now.top !== null) layers.push(toLayer(now.top, now.isTopLoaded))
  return { layers, ratio: now.ratio }
}

/** One that never loaded was never seen, and is not what the next one should fade over. */
function toNext({ under, top, isTopLoaded, ratio }: Layers, url: string): Layers {
  return { under: isTopLoaded ? top : under, top: url, isTopLoaded: false, ratio }
}

function toRatio(width: number, height: number): number | null {
  return width > 0 && height > 0 ? width / height : null
}
