/** The first page: choose or bring a workflow, fill in its form, run it. */
import { RequestError } from '@safelight/client'
import type { Workflow } from '@safelight/shared'
import type { MediaField } from '../../workflow/field.ts'
import { findFields } from '../../workflow/find-fields.ts'
import { useCallback, useMemo, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { toShortId } from '../../ui/job-name.ts'
import type { ReadResult } from '../../workflow/read-workflow.ts'
import { newDraft } from './draft.ts'
import { StartView } from './start/start-view.tsx'
import { useUploads } from './media/use-uploads.ts'
import { useAgain } from './use-again.ts'
import { useAssetAsInput } from './media/use-asset-as-input.ts'
import { useDraft } from './use-draft.ts'
import { type Incoming, useIncoming } from './use-incoming.ts'
import { useNodeClasses } from './use-node-classes.ts'
import { Workbench } from './workbench.tsx'
import './start/start.css'
import './workbench.css'
import './form/settings.css'
import './run/run.css'
import './media/media.css'
import './mask/mask.css'

const NO_WORKFLOW: Workflow = {}

type Unread = Extract<ReadResult, { ok: false }>

export function GeneratePage() {
  const { draft, replace, change } = useDraft()
  const [isChoosing, setIsChoosing] = useState(false)
  const [unread, setUnread] = useState<Pick<Unread, 'title' | 'explanation'> | null>(null)

  const workflow = draft?.workflow ?? NO_WORKFLOW
  const classes = useNodeClasses(workflow)
  const fields = useMemo(() => findFields(workflow, classes), [workflow, classes])
  const uploads = useUploads(change)

  const take = useCallback(
    ({ name, read }: Incoming) => {
      setUnread(read.ok ? null : { ...read, title: `${name}: ${read.title}` })
      if (!read.ok) return
      replace((before) => newDraft({ name, workflow: read.workflow }, before))
      setIsChoosing(false)
    },
    [replace],
  )
  const repeat = useCallback(
    (workflow: Workflow, jobId: string) => {
      take({ name: `Job ${toShortId(jobId)}, again`, read: { ok: true, workflow } })
    },
    [take],
  )
  const again = useAgain(repeat)
  const isAtWork = draft !== null && !isChoosing
  const media = isAtWork ? fields.filter((field) => field.kind === 'media') : []
  const isOver = useIncoming((incoming) => {
    const place = incoming.read.ok ? null : toPlace(media, incoming.file)
    if (place && incoming.file) uploads.start(place, incoming.file)
    else take(incoming)
  })
  useAssetAsInput({ draft, fields, replace, onChosen: () => setIsChoosing(false) })

  if (again.jobId) return <p className="soft">Fetching the workflow…</p>
  const back = () => {
    setUnread(null)
    setIsChoosing(false)
  }
  return (
    <div className="generate-page">
      {again.error && (
        <Unusable
          title="The workflow of that job could not be fetched"
          explanation={toReason(again.error)}
          onClose={again.giveUp}
        />
      )}
      {unread && <Unusable {...unread} onClose={() => setUnread(null)} />}
      {draft && !isChoosing ? (
        <Workbench
          {...{ draft, change, fields, classes, uploads }}
          isDragging={isOver}
          onChoose={() => setIsChoosing(true)}
        />
      ) : (
        <StartView onIncoming={take} onBack={draft && back} />
      )}
      {isOver && (media.length > 0 ? <DropLine /> : <DropOverlay />)}
    </div>
  )
}

interface UnusableProps {
  title: string
  explanation: string
  onClose: () => void
}

/** What came could not be used; what was there before is untouched. */
function Unusable({ title, explanation, onClose }: UnusableProps) {
  return (
    <Notice tone="bad" title={title}>
      <p>{explanation}</p>
      <p>
        <Button compact onClick={onClose}>
          Close
        </Button>
      </p>
    </Notice>
  )
}

function toReason(error: Error): string {
  const isGone = error instanceof RequestError && error.code === 'not_found'
  return isGone ? 'There is no such job, or it is no longer kept.' : error.message
}

/** Covers the page while a file hovers over it, and says what will happen. */
function DropOverlay() {
  return (
    <div className="drop-overlay" role="status">
      <p>
        <strong>Drop it here</strong>
        <span>A workflow as JSON, or a PNG made by ComfyUI</span>
      </p>
    </div>
  )
}

/** Where a file belongs that holds no workflow: the first field of its kind. */
function toPlace(media: readonly MediaField[], file: File | undefined): MediaField | null {
  const kind = file?.type.split('/')[0]
  return media.find((field) => field.media === kind) ?? null
}

/** As the overlay, where the files of the workflow have places of their own, which must stay in sight. */
function DropLine() {
  return (
    <p className="drop-line" role="status">
      Drop it on its place; a workflow anywhere
    </p>
  )
}
