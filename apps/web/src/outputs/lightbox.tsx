/** The pictures of a job, one at a time over the whole window: arrows turn the page, Escape closes, 100 % shows true pixels. */
import type { OutputView } from '@safelight/shared'
import { type KeyboardEvent, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Sign } from '../ui/sign.tsx'
import { useModal } from '../ui/use-modal.ts'
import { LightboxPicture } from './lightbox-picture.tsx'
import './lightbox.css'
import { toFactsLine } from './output-facts.ts'

export interface LightboxProps {
  pictures: readonly OutputView[]
  shownId: string
  onShow: (outputId: string) => void
  onClose: () => void
}

export function Lightbox({ pictures, shownId, onShow, onClose }: LightboxProps) {
  const dialog = useModal()
  const [isTrueSize, setTrueSize] = useState(false)
  const at = pictures.findIndex(({ id }) => id === shownId)
  const shown = pictures[at]
  if (!shown) return null

  function turn(step: number): void {
    const next = pictures[at + step]
    if (next) onShow(next.id)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowLeft' && !isTrueSize) turn(-1)
    else if (event.key === 'ArrowRight' && !isTrueSize) turn(1)
    else if (event.key === '1' || event.key === 'z') setTrueSize((now) => !now)
    else return
    event.preventDefault()
  }

  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={shown.name}
      onKeyDown={onKeyDown}
      onClose={onClose}
    >
      <header>
        <p>
          <strong>{shown.name}</strong>
          <span className="soft">{toFactsLine(shown)}</span>
        </p>
        {pictures.length > 1 && (
          <div className="lightbox-turn">
            <Turn label="Previous picture" sign="left" onTurn={at > 0 && (() => turn(-1))} />
            <span aria-live="polite">
              {at + 1} of {pictures.length}
            </span>
            <Turn
              label="Next picture"
              sign="right"
              onTurn={at < pictures.length - 1 && (() => turn(1))}
            />
          </div>
        )}
        <Button
          look="quiet"
          compact
          aria-pressed={isTrueSize}
          onClick={() => setTrueSize((now) => !now)}
        >
          <Sign name="zoom" /> {isTrueSize ? 'Fit' : '100 %'}
        </Button>
        <Button
          look="quiet"
          compact
          className="bare"
          aria-label="Close"
          title="Close (Escape)"
          onClick={() => dialog.current?.close()}
        >
          <Sign name="cross" />
        </Button>
      </header>
      <LightboxPicture
        key={shown.id}
        output={shown}
        isTrueSize={isTrueSize}
        onToggle={() => setTrueSize((now) => !now)}
      />
    </dialog>
  )
}

function Turn(props: { label: string; sign: 'left' | 'right'; onTurn: false | (() => void) }) {
  const { label, sign, onTurn } = props
  return (
    <Button
      look="quiet"
      compact
      className="bare"
      aria-label={label}
      title={label}
      disabled={!onTurn}
      onClick={onTurn || undefined}
    >
      <Sign name={sign} />
    </Button>
  )
}
