/** Small versions of pictures: the API makes them, in a few widths. */

export type ThumbWidth = 128 | 256 | 512 | 1024

/** Where a picture can be had small, the best first: not of every picture is there a thumbnail. @param url of its content */
export function toSmallUrls(url: string, width: ThumbWidth): string[] {
  return [toThumbUrl(url, width), url]
}

/** @param url of the content of a picture */
export function toThumbUrl(url: string, width: ThumbWidth): string {
  const address = new URL(url, location.href)
  address.searchParams.set('w', String(width))
  return address.href
}
