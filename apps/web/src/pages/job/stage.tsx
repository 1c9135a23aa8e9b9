/** The developing tray and what lies in it: the picture in the making, then what came of it. */
import type { Generation } from '@safelight/client/react'
import { isTerminal } from '@safelight/shared'
import { useRef, useState } from 'react'
import { Caption } from '../../outputs/caption.tsx'
import { ContactSheet } from '../../outputs/contact-sheet.tsx'
import { Lightbox } from '../../outputs/lightbox.tsx'
import { pickFirst } from '../../outputs/output-facts.ts'
import type { PictureSize } from '../../outputs/shown-output.tsx'
import { useOutputUrl } from '../../outputs/use-output-url.ts'
import { Tray } from './tray.tsx'

export interface StageProps {
  generation: Generation
  /** Width by height of the paper before there is a picture. */
  ratio: number
}

const FETCHED_WHOLE: ReadonlySet<string> = new Set(['image', 'video', 'audio'])

export function Stage({ generation, ratio }: StageProps) {
  const { outputs } = generation
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [openId, setOpenId] = useState<string | null>(null)
  const [seen, setSeen] = useState<{ id: string; size: PictureSize } | null>(null)
  const stage = useRef<HTMLElement>(null)
  const wasWaitedFor = useWaitedFor(generation)

  const shown = outputs.find(({ id }) => id === chosenId) ?? pickFirst(outputs)
  const source = useOutputUrl(shown, shown !== null && FETCHED_WHOLE.has(shown.type))
  const size = seen && seen.id === shown?.id ? seen.size : null

  function closeLightbox(): void {
    setOpenId(null)
    // it may have been opened from another picture, which is no longer there to go back to
    stage.current?.querySelector<HTMLElement>('.picture')?.focus()
  }

  return (
    <section className="stage" aria-label="Picture" ref={stage}>
      <Tray
        generation={generation}
        shown={shown}
        source={source}
        size={size}
        ratio={ratio}
        // a picture that was chosen among others has been seen: it need not develop again
        isDeveloping={wasWaitedFor && chosenId === null}
        onOpen={() => setOpenId(shown?.id ?? null)}
        onSize={(found) => setSeen(shown && { id: shown.id, size: found })}
      />
      {shown && <Caption output={shown} url={source.url} size={size} />}
      {shown && outputs.length > 1 && (
        <ContactSheet outputs={outputs} chosenId={shown.id} onChoose={setChosenId} />
      )}
      {openId !== null && (
        <Lightbox
          pictures={outputs.filter(({ type }) => type === 'image')}
          shownId={openId}
          onShow={(id) => {
            setOpenId(id)
            setChosenId(id)
          }}
          onClose={closeLightbox}
        />
      )}
    </section>
  )
}

/** True once this page has seen the job unfinished: who comes later gets the picture at once. */
function useWaitedFor({ snapshot }: Generation): boolean {
  const [waited, setWaited] = useState(false)
  const isOpen = snapshot !== null && !isTerminal(snapshot.status)
  if (isOpen && !waited) setWaited(true)
  return waited || isOpen
}
