/** What can be done about many jobs at once; floats, so that nothing moves when it comes. */
import { Button } from '../../ui/button.tsx'
import { type BulkCancel, type CancelTarget, toTargetText } from './bulk-cancel.ts'
import type { SelectionOfList } from './selection.ts'

export interface BulkBarProps {
  bulk: BulkCancel
  selection: SelectionOfList
}

export function BulkBar({ bulk, selection }: BulkBarProps) {
  const content = toContent(bulk, selection)
  // there from the start: what appears in it is then announced
  return (
    <div className="bulk-bar" role="status" data-shown={content !== null}>
      {content}
    </div>
  )
}

function toContent(bulk: BulkCancel, selection: SelectionOfList) {
  const { now } = bulk
  switch (now.step) {
    case 'asking':
    case 'working':
      return <Confirm bulk={bulk} target={now.target} working={now.step === 'working'} />
    case 'done':
      return (
        <>
          <span className={now.bad ? 'bulk-said bad' : 'bulk-said'}>{now.text}</span>
          <Button compact look="quiet" onClick={bulk.dismiss}>
            Dismiss
          </Button>
        </>
      )
    case 'idle':
      return selection.ids.size > 0 ? <Selected bulk={bulk} selection={selection} /> : null
  }
}

function Selected({ bulk, selection: { ids, clear } }: BulkBarProps) {
  const target: CancelTarget = { kind: 'selected', ids: [...ids] }
  return (
    <>
      <span className="bulk-said">{ids.size} selected</span>
      <Button compact look="quiet" onClick={clear}>
        Clear
      </Button>
      <Button compact look="danger" onClick={() => bulk.ask(target)}>
        Cancel {toTargetText(target)}
      </Button>
    </>
  )
}

interface ConfirmProps {
  bulk: BulkCancel
  target: CancelTarget
  working: boolean
}

function Confirm({ bulk, target, working }: ConfirmProps) {
  const jobs = toTargetText(target)
  return (
    <>
      <span className="bulk-said">Cancel {jobs}? This cannot be undone.</span>
      {/* the focus goes where a key that is held down does no harm */}
      <Button compact look="quiet" disabled={working} onClick={bulk.dismiss} autoFocus>
        Keep
      </Button>
      <Button compact look="primary" disabled={working} onClick={bulk.confirm}>
        {working ? 'Canceling …' : `Yes, cancel ${jobs}`}
      </Button>
    </>
  )
}
