/** The pictures of a job, one at a time over the whole window: arrows turn the page, Escape closes, 100 % shows true pixels. */
import { type KeyboardEvent, type MouseEvent, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Sign } from '../ui/sign.tsx'
import { useModal } from '../ui/use-modal.ts'
import { type ShownFile, toFactsLine } from './output-facts.ts'
import { useOutputUrl } from './use-output-url.ts'

export interface LightboxProps {
  pictures: readonly ShownFile[]
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

export interface LightboxPictureProps {
  output: ShownFile
  isTrueSize: boolean
  onToggle: () => void
}

/** Where on the picture, from 0 to 1. */
interface Spot {
  x: number
  y: number
}
const MIDDLE: Spot = { x: 0.5, y: 0.5 }

/** One picture in the lightbox: fitted to the window, or pixel for pixel around the point that was pressed. */
function LightboxPicture({ output, isTrueSize, onToggle }: LightboxPictureProps) {
  const { url } = useOutputUrl(output, true)
  const frame = useRef<HTMLDivElement>(null)
  const spot = useRef<Spot>(MIDDLE)

  useLayoutEffect(() => {
    const box = frame.current
    if (!box || !isTrueSize) return
    box.scrollLeft = spot.current.x * box.scrollWidth - box.clientWidth / 2
    box.scrollTop = spot.current.y * box.scrollHeight - box.clientHeight / 2
    spot.current = MIDDLE
  }, [isTrueSize])

  function press(event: MouseEvent<HTMLImageElement>): void {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
    spot.current = { x: (event.clientX - left) / width, y: (event.clientY - top) / height }
    onToggle()
  }

  return (
    <div
      ref={frame}
      className={isTrueSize ? 'lightbox-frame true-size' : 'lightbox-frame'}
      // so that arrow keys scroll what is larger than the window
      tabIndex={isTrueSize ? 0 : undefined}
    >
      {/* the button in the header does the same for the keyboard */}
      {url && <img src={url} alt={output.name} onClick={press} />}
    </div>
  )
}
