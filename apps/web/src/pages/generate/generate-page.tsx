/** The first page: choose or bring a workflow, fill in its form, run it. */
import { RequestError } from '@safelight/client'
import type { Workflow } from '@safelight/shared'
import { useCallback, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { toShortId } from '../../ui/job-name.ts'
import type { ReadResult } from '../../workflow/read-workflow.ts'
import { newDraft } from './draft.ts'
import { StartView } from './start/start-view.tsx'
import { useAgain } from './use-again.ts'
import { useDraft } from './use-draft.ts'
import { type Incoming, useIncoming } from './use-incoming.ts'
import { Workbench } from './workbench.tsx'
import './start/start.css'
import './workbench.css'
import './form/settings.css'
import './run/run.css'

type Unread = Extract<ReadResult, { ok: false }>

export function GeneratePage() {
  const { draft, replace, change } = useDraft()
  const [isChoosing, setIsChoosing] = useState(false)
  const [unread, setUnread] = useState<Pick<Unread, 'title' | 'explanation'> | null>(null)

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
  const isOver = useIncoming(take)

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
        <Workbench {...{ draft, change }} onChoose={() => setIsChoosing(true)} />
      ) : (
        <StartView onIncoming={take} onBack={draft && back} />
      )}
      {isOver && <DropOverlay />}
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
