/** The picture to paint on, as pixels, and the mask it has already. */
import type { Client } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import type { AssetView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { originalOf } from './mask-file.ts'

export interface LoadedPicture {
  picture: ImageData
  /** Opaque where the mask is; null when it has none. */
  mask: ImageData | null
}

export function usePicture(asset: AssetView): {
  loaded: LoadedPicture | undefined
  error: Error | null
} {
  const client = useClient()
  const { data, error } = useQuery({
    queryKey: ['mask-picture', asset.id],
    queryFn: ({ signal }) => loadPicture(client, asset, signal),
    // content never changes; megabytes of pixels are not kept for later
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  return { loaded: data, error }
}

async function loadPicture(
  client: Client,
  asset: AssetView,
  signal: AbortSignal,
): Promise<LoadedPicture> {
  const shown = await readPixels(client, asset, signal)
  const mask = toMask(shown)
  const originalId = mask && originalOf(asset)
  if (!originalId) return { picture: shown, mask }
  // gone, or of another size: what is left beneath the mask has to do
  const original = await client.assets
    .get(originalId, { signal })
    .then((found) => readPixels(client, found, signal))
    .catch(() => null)
  signal.throwIfAborted()
  const fits = original?.width === shown.width && original.height === shown.height
  return { picture: fits ? original : shown, mask }
}

async function readPixels(
  client: Client,
  asset: Pick<AssetView, 'url'>,
  signal: AbortSignal,
): Promise<ImageData> {
  const blob = await (await client.assets.download(asset, { signal })).blob()
  const bitmap = await createImageBitmap(blob)
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser has no canvas to paint on.')
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

function toMask({ data, width, height }: ImageData): ImageData | null {
  const mask = new ImageData(width, height)
  let isMasked = false
  for (let at = 3; at < data.length; at += 4) {
    const alpha = 255 - (data[at] ?? 255)
    isMasked ||= alpha > 0
    mask.data[at] = alpha
  }
  return isMasked ? mask : null
}
