/** A picture and its mask in one PNG, as ComfyUI’s own mask editor writes them: alpha 0 is what is masked. */
import type { AssetView } from '@safelight/shared'
import { encodePng, type Pixels } from './png.ts'

const MASK_OF = 'mask-of:'

/** The picture a masked one was made of: it has the colours beneath the mask. */
export function originalOf({ tags }: Pick<AssetView, 'tags'>): string | null {
  return tags.find((tag) => tag.startsWith(MASK_OF))?.slice(MASK_OF.length) ?? null
}

export function toMaskTags(asset: Pick<AssetView, 'id' | 'tags'>): string[] {
  return [`${MASK_OF}${originalOf(asset) ?? asset.id}`]
}

/** `photo.jpg` → `photo-masked.png` */
export function toMaskedName(name: string): string {
  const stem = name.replace(/\.[a-z0-9]{1,8}$/i, '').replace(/-masked$/, '')
  return `${stem || 'picture'}-masked.png`
}

/** @param mask opaque where the mask is */
function withMask(picture: Pixels, mask: Pixels): Pixels {
  const data = new Uint8Array(picture.data)
  for (let at = 3; at < data.length; at += 4) data[at] = 255 - (mask.data[at] ?? 0)
  // not spread: what an ImageData has is not its own
  return { width: picture.width, height: picture.height, data }
}

export async function toMaskedFile(name: string, picture: Pixels, mask: Pixels): Promise<File> {
  const png = await encodePng(withMask(picture, mask))
  return new File([png], toMaskedName(name), { type: 'image/png' })
}
