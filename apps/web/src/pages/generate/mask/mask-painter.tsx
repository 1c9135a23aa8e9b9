/** A mask, painted on the picture: what is painted is what the workflow changes. */
import type { AssetView } from '@safelight/shared'
import { type KeyboardEvent, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { Sign } from '../../../ui/sign.tsx'
import { useModal } from '../../../ui/use-modal.ts'
import { toMaskedFile, toMaskTags } from './mask-file.ts'
import { MaskSurface } from './mask-surface.tsx'
import { type Deed, NOTHING_PAINTED, redo, undo, withDeed } from './strokes.ts'
import { usePicture } from './use-picture.ts'

export interface MaskPainterProps {
  asset: AssetView
  onDone: (file: File, tags: readonly string[]) => void
  onClose: () => void
}

/** Shares of the longer side. */
const BRUSH = { smallest: 0.005, largest: 0.4, first: 0.08, factor: 1.25 }

export function MaskPainter({ asset, onDone, onClose }: MaskPainterProps) {
  const dialog = useModal()
  const { loaded, error } = usePicture(asset)
  const [painting, setPainting] = useState(NOTHING_PAINTED)
  const [share, setShare] = useState(BRUSH.first)
  const [erases, setErases] = useState(false)
  const [surface, setSurface] = useState<HTMLCanvasElement | null>(null)
  const [isSaving, setSaving] = useState(false)

  const add = (deed: Deed) => setPainting((now) => withDeed(now, deed))
  const resize = (factor: number) =>
    setShare((now) => Math.min(BRUSH.largest, Math.max(BRUSH.smallest, now * factor)))

  async function save(): Promise<void> {
    const context = surface?.getContext('2d')
    if (!loaded || !surface || !context) return
    setSaving(true)
    const mask = context.getImageData(0, 0, surface.width, surface.height)
    onDone(await toMaskedFile(asset.name, loaded.picture, mask), toMaskTags(asset))
  }

  function press(event: KeyboardEvent): void {
    const isCommand = event.ctrlKey || event.metaKey
    const key = event.key.toLowerCase()
    if (isCommand && key === 'z') setPainting(event.shiftKey ? redo : undo)
    else if (isCommand || event.altKey) return
    else if (key === '[') resize(1 / BRUSH.factor)
    else if (key === ']') resize(BRUSH.factor)
    else if (key === 'e') setErases(true)
    else if (key === 'b') setErases(false)
    else if (key === 'i') add({ kind: 'invert' })
    else return
    event.preventDefault()
  }

  const longer = loaded ? Math.max(loaded.picture.width, loaded.picture.height) : 1
  return (
    <dialog
      ref={dialog}
      className="mask-painter"
      aria-labelledby="mask-title"
      onClose={onClose}
      onKeyDown={press}
    >
      <header>
        <h2 id="mask-title">Paint what shall change</h2>
        <Button look="quiet" compact onClick={() => dialog.current?.close()}>
          Cancel
        </Button>
        <Button look="primary" compact disabled={!loaded || isSaving} onClick={() => void save()}>
          <Sign name="check" /> Use this mask
        </Button>
      </header>
      <div className="mask-well">
        {error && (
          <Notice tone="bad" title="The picture could not be opened">
            {error.message}
          </Notice>
        )}
        {loaded && (
          <MaskSurface
            loaded={loaded}
            deeds={painting.done}
            size={share * longer}
            erases={erases}
            onDeed={add}
            onCanvas={setSurface}
          />
        )}
      </div>
      <footer>
        <div className="mask-group" role="group" aria-label="Tool">
          <Tool
            sign="brush"
            label="Brush"
            hint="B"
            pressed={!erases}
            onPress={() => setErases(false)}
          />
          <Tool
            sign="cross"
            label="Eraser"
            hint="E"
            pressed={erases}
            onPress={() => setErases(true)}
          />
        </div>
        <label className="mask-size">
          <span>Size</span>
          <input
            type="range"
            className="slider"
            aria-keyshortcuts="[ ]"
            min={Math.log(BRUSH.smallest)}
            max={Math.log(BRUSH.largest)}
            step={0.01}
            value={Math.log(share)}
            style={{ ['--share' as string]: toSliderShare(share) }}
            onChange={({ currentTarget }) => setShare(Math.exp(currentTarget.valueAsNumber))}
          />
        </label>
        <div className="mask-group">
          <Button
            look="quiet"
            compact
            disabled={painting.done.length === 0}
            title="Undo (Ctrl Z)"
            onClick={() => setPainting(undo)}
          >
            <Sign name="undo" /> Undo
          </Button>
          <Button look="quiet" compact title="Invert (I)" onClick={() => add({ kind: 'invert' })}>
            Invert
          </Button>
          <Button look="quiet" compact onClick={() => add({ kind: 'clear' })}>
            Clear
          </Button>
        </div>
      </footer>
    </dialog>
  )
}

/** Where the knob is: sizes are felt by their ratio, not by their difference. */
function toSliderShare(share: number): number {
  const { smallest, largest } = BRUSH
  return Math.log(share / smallest) / Math.log(largest / smallest)
}

interface ToolProps {
  sign: 'brush' | 'cross'
  label: string
  hint: string
  pressed: boolean
  onPress: () => void
}

function Tool({ sign, label, hint, pressed, onPress }: ToolProps) {
  return (
    <button
      type="button"
      className="mask-tool"
      aria-pressed={pressed}
      title={`${label} (${hint})`}
      onClick={onPress}
    >
      <Sign name={sign} /> {label}
    </button>
  )
}
