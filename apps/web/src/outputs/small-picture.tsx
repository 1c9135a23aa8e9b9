/** A picture where there is little room: its thumbnail; the picture itself where the server makes none; else a sign. */
import { type ReactNode, useState } from 'react'
import { Sign } from '../ui/sign.tsx'
import { TYPE_SIGNS } from './type-signs.ts'
import type { ShownFile } from './output-facts.ts'
import { type ThumbWidth, toThumbUrl } from './thumb-url.ts'
import { useOutputUrl } from './use-output-url.ts'

export interface SmallPictureProps {
  output: Pick<ShownFile, 'url' | 'type'>
  width: ThumbWidth
  /** In place of a picture that is no longer there. */
  broken?: ReactNode
}

export function SmallPicture({ output, width, broken }: SmallPictureProps) {
  const [step, setStep] = useState<'small' | 'whole' | 'broken'>('small')
  const address = step === 'small' ? toThumbUrl(output.url, width) : output.url
  const { url, failed } = useOutputUrl({ url: address }, step !== 'broken')
  const fail = () => setStep(step === 'small' ? 'whole' : 'broken')
  // during rendering, as React has it: what failed is not shown for a moment first
  if (failed && step !== 'broken') fail()
  if (step === 'broken') return broken ?? <Sign name={TYPE_SIGNS[output.type]} />
  return url && <img key={url} src={url} alt="" decoding="async" onError={fail} />
}
