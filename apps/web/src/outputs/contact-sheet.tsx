/** All outputs of a job, small and side by side: one of them is chosen to be seen large. */
import type { OutputView } from '@safelight/shared'
import { useState } from 'react'
import { Sign, type SignName } from '../ui/sign.tsx'
import './contact-sheet.css'
import { toFactsLine } from './output-facts.ts'
import { SaveLink } from './save-link.tsx'
import { useOutputUrl } from './use-output-url.ts'
import { useVisible } from './use-visible.ts'

export interface ContactSheetProps {
  outputs: readonly OutputView[]
  chosenId: string
  onChoose: (outputId: string) => void
}

export function ContactSheet({ outputs, chosenId, onChoose }: ContactSheetProps) {
  return (
    <ul className="contact-sheet" aria-label={`${outputs.length} outputs`}>
      {outputs.map((output) => (
        <Contact
          key={output.id}
          output={output}
          isChosen={output.id === chosenId}
          onChoose={onChoose}
        />
      ))}
    </ul>
  )
}

const SIGNS: Record<OutputView['type'], SignName> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  text: 'text',
  file: 'file',
  latent: 'file',
}

function Contact(props: {
  output: OutputView
  isChosen: boolean
  onChoose: ContactSheetProps['onChoose']
}) {
  const { output, isChosen, onChoose } = props
  const [ref, isSeen] = useVisible()
  const isImage = output.type === 'image'
  const { url } = useOutputUrl(output, isSeen && isImage)
  const [isBroken, setBroken] = useState(false)
  return (
    <li className="contact" ref={ref}>
      <button
        type="button"
        aria-pressed={isChosen}
        aria-label={`Show ${output.name}`}
        onClick={() => onChoose(output.id)}
      >
        {isImage && url && isSeen && !isBroken ? (
          <img src={url} alt="" decoding="async" onError={() => setBroken(true)} />
        ) : (
          <Sign name={SIGNS[output.type]} />
        )}
      </button>
      <div className="contact-words">
        <span title={output.name}>{output.name}</span>
        <span className="soft">{toFactsLine(output)}</span>
      </div>
      <SaveLink
        output={output}
        url={url}
        className="button quiet compact bare"
        label={`Download ${output.name}`}
      >
        <Sign name="save" />
      </SaveLink>
    </li>
  )
}
