/** An object URL for as long as a component shows it: made when it comes, revoked when it is replaced or unmounted. */
import { useEffect, useState } from 'react'

/** @param source null for none; another one only when the content is another */
export function useObjectUrl<S extends { blob: Blob }>(
  source: S | null,
): (S & { url: string }) | null {
  const [held, setHeld] = useState<(S & { url: string }) | null>(null)
  useEffect(() => {
    if (!source) {
      setHeld(null)
      return undefined
    }
    const url = URL.createObjectURL(source.blob)
    setHeld({ ...source, url })
    return () => URL.revokeObjectURL(url)
  }, [source])
  return held
}
