/** One file of a workflow: what it is, another in its place, and a mask painted on it. */
import { type ClipboardEvent, type DragEvent, useRef, useState } from 'react'
import { AssetThumb } from '../../../assets/asset-thumb.tsx'
import { useAsset } from '../../../assets/use-asset.ts'
import { Button } from '../../../ui/button.tsx'
import { Sign } from '../../../ui/sign.tsx'
import { ThinBar } from '../../../ui/thin-bar.tsx'
import type { MediaField } from '../../../workflow/field.ts'
import { isAssetReference } from '../../../workflow/find-media.ts'
import { withValue } from '../draft.ts'
import { toElementId } from '../form/setting.tsx'
import { MaskPainter } from '../mask/mask-painter.tsx'
import type { ChangeDraft } from '../use-draft.ts'
import { AssetPicker } from './asset-picker.tsx'
import { toMediaText } from './media-text.ts'
import { ACCEPTS, type Uploads } from './use-uploads.ts'

export interface MediaCardProps {
  field: MediaField
  uploads: Uploads
  change: ChangeDraft
  /** What the server said of the value. */
  problem: string | null
  isDragging: boolean
}

type Dialog = 'mask' | 'assets' | null

export function MediaCard({ field, uploads, change, problem, isDragging }: MediaCardProps) {
  const chooser = useRef<HTMLInputElement>(null)
  const [isOver, setIsOver] = useState(false)
  const [dialog, setDialog] = useState<Dialog>(null)
  const assetId = isAssetReference(field.value) ? field.value.info.id : null
  const { asset, error } = useAsset(assetId)
  const upload = uploads.of(field.id)
  const text = toMediaText(field, { asset, error, upload, problem })
  const id = toElementId(field.id)

  function take(files: FileList | undefined): void {
    const file = files?.[0]
    if (file) uploads.start(field, file)
  }

  function drop(event: DragEvent): void {
    event.preventDefault()
    setIsOver(false)
    take(event.dataTransfer.files)
  }

  function paste(event: ClipboardEvent): void {
    if (event.clipboardData.files.length > 0) take(event.clipboardData.files)
  }

  return (
    <div
      className="media-card"
      // what is dropped or pasted here is no workflow
      data-takes-files
      data-over={isOver}
      data-waits={isDragging}
      data-wrong={text.isWrong}
      onDragOver={(event) => {
        event.preventDefault()
        setIsOver(true)
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget)))
          setIsOver(false)
      }}
      onDrop={drop}
      onPaste={paste}
    >
      <button
        type="button"
        className="media-view"
        aria-label={`Choose a file for ${field.label}`}
        onClick={() => chooser.current?.click()}
      >
        {asset ? <AssetThumb key={asset.id} asset={asset} width={256} /> : <Sign name="upload" />}
      </button>
      <div className="media-words">
        <span className="media-label" id={`${id}-label`}>
          {field.label}
        </span>
        <strong title={text.name}>{text.name}</strong>
        <span
          className={text.isWrong ? 'media-note wrong' : 'media-note soft'}
          role={text.isWrong ? 'alert' : undefined}
        >
          {isDragging ? 'Drop it here' : text.note}
        </span>
        {upload?.step === 'sending' && (
          <ThinBar value={upload.share} label={`Uploading ${upload.name}`} />
        )}
        <div className="media-ways">
          {upload?.step === 'sending' ? (
            <Button look="quiet" compact onClick={() => uploads.dismiss(field.id)}>
              <Sign name="cross" /> Stop
            </Button>
          ) : (
            <>
              {upload?.step === 'failed' && upload.mayHelp && (
                <Button look="quiet" compact onClick={() => uploads.start(field, upload.file)}>
                  <Sign name="again" /> Try again
                </Button>
              )}
              <Button look="quiet" compact onClick={() => chooser.current?.click()}>
                <Sign name="upload" /> Choose a file
              </Button>
              <Button look="quiet" compact onClick={() => setDialog('assets')}>
                <Sign name="image" /> From the gallery
              </Button>
              {asset?.type === 'image' && (
                <Button look="quiet" compact onClick={() => setDialog('mask')}>
                  <Sign name="brush" />{' '}
                  {asset.tags.some(isMaskTag) ? 'Change the mask' : 'Paint a mask'}
                </Button>
              )}
            </>
          )}
        </div>
      </div>
      <input
        ref={chooser}
        id={id}
        type="file"
        hidden
        aria-labelledby={`${id}-label`}
        accept={ACCEPTS[field.media]}
        onChange={({ currentTarget }) => {
          take(currentTarget.files ?? undefined)
          // the same file may be chosen again
          currentTarget.value = ''
        }}
      />
      {dialog === 'mask' && asset && (
        <MaskPainter
          asset={asset}
          onClose={() => setDialog(null)}
          onDone={(file, tags) => {
            setDialog(null)
            uploads.start(field, file, tags)
          }}
        />
      )}
      {dialog === 'assets' && (
        <AssetPicker
          media={field.media}
          onClose={() => setDialog(null)}
          onPick={(reference) => {
            setDialog(null)
            uploads.dismiss(field.id)
            change((draft) => withValue(draft, field, reference))
          }}
        />
      )}
    </div>
  )
}

function isMaskTag(tag: string): boolean {
  return tag.startsWith('mask-of:')
}
