/** Small versions of pictures: the API makes them, in a few widths. */

export type ThumbWidth = 128 | 256 | 512 | 1024

/** @param url of the content of a picture */
export function toThumbUrl(url: string, width: ThumbWidth): string {
  const address = new URL(url, location.href)
  address.searchParams.set('w', String(width))
  return address.href
}
