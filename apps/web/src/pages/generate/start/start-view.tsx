/** Where a workflow comes from: an example, a file, a paste. Also the page of somebody who has none yet. */
import type { Workflow } from '@safelight/shared'
import type { ReactNode } from 'react'
import flipbook from '../../../../../../examples/flipbook.json?raw'
import fourVariations from '../../../../../../examples/four-variations.json?raw'
import noModel from '../../../../../../examples/no-model.json?raw'
import pictureToPicture from '../../../../../../examples/picture-to-picture.json?raw'
import textToImage from '../../../../../../examples/text-to-image.json?raw'
import twoPasses from '../../../../../../examples/two-passes.json?raw'
import { Button } from '../../../ui/button.tsx'
import { Sign } from '../../../ui/sign.tsx'
import { readWorkflow } from '../../../workflow/read-workflow.ts'
import type { Incoming } from '../use-incoming.ts'
import { BringYourOwn } from './bring-your-own.tsx'
import {
  FlipbookArt,
  FourArt,
  NoModelArt,
  OneArt,
  PictureArt,
  TwoPassesArt,
} from './example-art.tsx'

export interface StartViewProps {
  onIncoming: (incoming: Incoming) => void
  /** Back to the workflow there is; null when there is none. */
  onBack: (() => void) | null
}

export function StartView({ onIncoming, onBack }: StartViewProps) {
  const take = (example: Example) => {
    onIncoming({ name: example.name, read: { ok: true, workflow: readExample(example) } })
  }
  return (
    <div className="start-view">
      <header className="start-head">
        <h1>What do you want to make?</h1>
        <p className="soft">
          Begin with an example, or bring a workflow of your own. Nothing runs before you say so.
        </p>
        {onBack && (
          <Button look="quiet" compact onClick={onBack}>
            <Sign name="left" /> Back to your workflow
          </Button>
        )}
      </header>
      <ul className="examples" aria-label="Examples">
        {EXAMPLES.map((example) => (
          <li key={example.name}>
            <button type="button" className="example" onClick={() => take(example)}>
              <span className="example-tray">{example.art}</span>
              <strong>{example.name}</strong>
              <span className="soft">{example.about}</span>
            </button>
          </li>
        ))}
      </ul>
      <BringYourOwn onIncoming={onIncoming} />
    </div>
  )
}

export interface Example {
  name: string
  about: string
  art: ReactNode
  text: string
}

/** The workflows that come with the page; they run on the simulator as on any host that has the model. */
const EXAMPLES: readonly Example[] = [
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
    name: 'Picture to picture',
    about: 'A picture of yours, made anew.',
    art: <PictureArt />,
    text: pictureToPicture,
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
    about: 'One colour, inverted. Tells whether a host works.',
    art: <NoModelArt />,
    text: noModel,
  },
]

/** @throws Error when an example is none: the build is broken then */
function readExample({ name, text }: Example): Workflow {
  const read = readWorkflow(text)
  if (!read.ok) throw new Error(`example ${name}: ${read.explanation}`)
  return read.workflow
}
