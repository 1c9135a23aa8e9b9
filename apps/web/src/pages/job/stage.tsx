/** The developing tray and what lies in it: the picture in the making, then what came of it. */
import type { Generation } from '@safelight/client/react'
import { isTerminal, type OutputView, type WhyCode } from '@safelight/shared'
import { useRef, useState } from 'react'
import { Caption } from '../../outputs/caption.tsx'
import { ContactSheet } from '../../outputs/contact-sheet.tsx'
import { Lightbox } from '../../outputs/lightbox.tsx'
import { pickFirst } from '../../outputs/output-facts.ts'
import type { PictureSize } from '../../outputs/shown-output.tsx'
import { useOutputUrl } from '../../outputs/use-output-url.ts'
import { OutputTexts, splitTexts } from './output-texts.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Tray } from './tray.tsx'

export interface StageProps {
  generation: Generation
  /** Width by height of the paper before there is a picture. */
  ratio: number
  /** Why it does not go on, as far as that is known. */
  why: WhyCode | null
}

const FETCHED_WHOLE: ReadonlySet<string> = new Set(['image', 'video', 'audio'])

export function Stage({ generation, ratio, why }: StageProps) {
  const { outputs } = generation
  const { shownHere, texts } = splitTexts(outputs)
  const made = shownHere.filter(({ preview }) => !preview)
  const previews = shownHere.filter(({ preview }) => preview)
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [openId, setOpenId] = useState<string | null>(null)
  const [seen, setSeen] = useState<{ id: string; size: PictureSize } | null>(null)
  const stage = useRef<HTMLElement>(null)
  const wasWaitedFor = useWaitedFor(generation)

  const shown = shownHere.find(({ id }) => id === chosenId) ?? pickFirst(shownHere)
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
        why={why}
        // a picture that was chosen among others has been seen: it need not develop again
        isDeveloping={wasWaitedFor && chosenId === null}
        onOpen={() => setOpenId(shown?.id ?? null)}
        onSize={(found) => setSeen(shown && { id: shown.id, size: found })}
      />
      {shown && <Caption output={shown} url={source.url} size={size} />}
      {shown && (made.length > 1 || (made.length > 0 && previews.length > 0)) && (
        <ContactSheet outputs={made} chosenId={shown.id} onChoose={setChosenId} />
      )}
      {outputs.some(({ reused }) => reused) && <Reused outputs={outputs} />}
      <OutputTexts texts={texts} />
      {shown && previews.length > 0 && (
        <section className="output-previews" aria-labelledby="previews-title">
          <h2 id="previews-title">On the way</h2>
          <p className="soft small">Kept by nodes for a look; the results are above.</p>
          <ContactSheet
            outputs={previews}
            chosenId={shown.id}
            onChoose={setChosenId}
            noun="previews"
          />
        </section>
      )}
      {openId !== null && (
        <Lightbox
          pictures={shownHere.filter(({ type }) => type === 'image')}
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

/** The host did no work for these: people wonder why it was so quick, and why nothing has changed. */
function Reused({ outputs }: { outputs: readonly OutputView[] }) {
  const isAll = outputs.every(({ reused }) => reused)
  return (
    <Notice>
      <p>
        {isAll ? 'The host had made this before' : 'The host had made a part of this before'}, and
        gave it again. With another seed it makes a new one.
      </p>
    </Notice>
  )
}
