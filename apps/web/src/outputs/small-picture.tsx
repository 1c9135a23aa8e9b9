/** A picture where there is little room: from the first of several addresses that has one. */
import { type ReactNode, useState } from 'react'
import { useOutputUrl } from './use-output-url.ts'

export interface SmallPictureProps {
  /** The best first. */
  addresses: readonly string[]
  /** In place of a picture that is at none of them. */
  otherwise: ReactNode
}

export function SmallPicture({ addresses, otherwise }: SmallPictureProps) {
  const [broken, setBroken] = useState(0)
  const address = addresses[broken]
  const { url, failed } = useOutputUrl(address === undefined ? null : { url: address }, true)
  const fail = () => setBroken(broken + 1)
  if (address === undefined) return otherwise
  // during rendering, as React has it: what failed is not shown for a moment first
  if (failed) fail()
  return url && <img key={url} src={url} alt="" decoding="async" loading="lazy" onError={fail} />
}
