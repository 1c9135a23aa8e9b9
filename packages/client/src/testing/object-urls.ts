/** Which object URLs exist: those that were made and not revoked. */

export interface ObjectUrls {
  alive: Set<string>
  made: string[]
  restore(): void
}

export function countObjectUrls(): ObjectUrls {
  const createObjectURL = URL.createObjectURL.bind(URL)
  const revokeObjectURL = URL.revokeObjectURL.bind(URL)
  const alive = new Set<string>()
  const made: string[] = []
  URL.createObjectURL = (blob) => {
    const url = createObjectURL(blob)
    alive.add(url)
    made.push(url)
    return url
  }
  URL.revokeObjectURL = (url) => {
    alive.delete(url)
    revokeObjectURL(url)
  }
  const restore = () => Object.assign(URL, { createObjectURL, revokeObjectURL })
  return { alive, made, restore }
}
