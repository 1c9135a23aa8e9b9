/** The workflows that come with the page; they run on the simulator as on any host that has the model. */
import type { Workflow } from '@safelight/shared'
import type { ReactNode } from 'react'
import flipbook from '../../../../../../examples/flipbook.json?raw'
import fourVariations from '../../../../../../examples/four-variations.json?raw'
import noModel from '../../../../../../examples/no-model.json?raw'
import textToImage from '../../../../../../examples/text-to-image.json?raw'
import twoPasses from '../../../../../../examples/two-passes.json?raw'
import { readWorkflow } from '../../../workflow/read-workflow.ts'
import { FlipbookArt, FourArt, NoModelArt, OneArt, TwoPassesArt } from './example-art.tsx'

export interface Example {
  name: string
  about: string
  art: ReactNode
  text: string
}

export const EXAMPLES: readonly Example[] = [
  {
    name: 'Text to image',
    about: 'One picture from a few words.',
    art: <OneArt />,
    text: textToImage,
  },
  {
    name: 'Four variations',
    about: 'One prompt, four pictures to choose from.',
    art: <FourArt />,
    text: fourVariations,
  },
  {
    name: 'Two passes',
    about: 'A small picture, enlarged and worked out.',
    art: <TwoPassesArt />,
    text: twoPasses,
  },
  {
    name: 'Flipbook',
    about: 'Twelve takes of one scene, as a short film.',
    art: <FlipbookArt />,
    text: flipbook,
  },
  {
    name: 'No model',
    about: 'One color, inverted. Tells whether a host works.',
    art: <NoModelArt />,
    text: noModel,
  },
]

/** @throws Error when an example is none: the build is broken then */
export function readExample({ name, text }: Example): Workflow {
  const read = readWorkflow(text)
  if (!read.ok) throw new Error(`example ${name}: ${read.explanation}`)
  return read.workflow
}
