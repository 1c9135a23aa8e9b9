/** All outputs of a job, small and side by side: one of them is chosen to be seen large. */
import type { OutputView } from '@safelight/shared'
import { type RefCallback, useCallback, useState } from 'react'
import { Sign } from '../ui/sign.tsx'
import { TYPE_SIGNS } from './type-signs.ts'
import { SmallPicture } from './small-picture.tsx'
import { toFactsLine } from './output-facts.ts'
import { toSmallUrls } from './thumb-url.ts'
import { SaveLink } from './save-link.tsx'
import { useOutputUrl } from './use-output-url.ts'

export interface ContactSheetProps {
  outputs: readonly OutputView[]
  chosenId: string
  onChoose: (outputId: string) => void
  /** What they are, in the plural. */
  noun?: string
}

export function ContactSheet(props: ContactSheetProps) {
  const { outputs, chosenId, onChoose, noun = 'outputs' } = props
  return (
    <ul className="contact-sheet" aria-label={`${outputs.length} ${noun}`}>
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

function Contact(props: {
  output: OutputView
  isChosen: boolean
  onChoose: ContactSheetProps['onChoose']
}) {
  const { output, isChosen, onChoose } = props
  const [ref, isSeen] = useVisible()
  const isImage = output.type === 'image'
  const { url } = useOutputUrl(output, false)
  const sign = <Sign name={TYPE_SIGNS[output.type]} />
  return (
    <li className="contact" ref={ref}>
      <button
        type="button"
        aria-pressed={isChosen}
        aria-label={`Show ${output.name}`}
        onClick={() => onChoose(output.id)}
      >
        {isImage && isSeen ? (
          <SmallPicture addresses={toSmallUrls(output.url, 256)} otherwise={sign} />
        ) : (
          sign
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

/** Some way ahead, so that who scrolls does not wait. */
const AHEAD = '300px'

/**
 * Whether an element has come into view: what costs is loaded then, and not before.
 * @returns a ref for the element, and true from the moment it was first seen
 */
function useVisible(): [RefCallback<Element>, boolean] {
  const [seen, setSeen] = useState(false)
  const ref = useCallback((element: Element | null) => {
    if (!element) return undefined
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return
        setSeen(true)
        observer.disconnect()
      },
      { rootMargin: AHEAD },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, seen]
}
