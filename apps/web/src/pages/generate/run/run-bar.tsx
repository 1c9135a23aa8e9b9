/** The foot of the prompt card: how many, how urgent, and go. */
import { useEffect, useEffectEvent } from 'react'
import { Button } from '../../../ui/button.tsx'
import { type Draft, MAX_COUNT, seedPlanOf } from '../draft.ts'
import { NumberInput } from '../form/number-input.tsx'
import type { ChangeDraft } from '../use-draft.ts'
import { PriorityInput } from './priority-input.tsx'

export interface RunBarProps {
  draft: Draft
  change: ChangeDraft
  onGo: () => void
  /** How many are handed in so far, while that is going on. */
  accepted: number | null
}

export function RunBar({ draft, change, onGo, accepted }: RunBarProps) {
  const { count, priority, edited } = draft
  const isBroken = edited?.problem != null
  useGoKeys(onGo)
  return (
    <footer className="run-bar">
      <CountInput
        value={count}
        max={MAX_COUNT}
        onChange={(count) => change((draft) => ({ ...draft, count }))}
      />
      <PriorityInput
        value={priority}
        onChange={(priority) => change((draft) => ({ ...draft, priority }))}
      />
      <div className="run-go">
        <Button
          look="primary"
          disabled={isBroken || accepted !== null}
          aria-keyshortcuts="Control+Enter Meta+Enter"
          onClick={onGo}
        >
          {toGoLabel(count, accepted)}
          <kbd aria-hidden="true">{isApple() ? '⌘' : 'Ctrl'} ↵</kbd>
        </Button>
      </div>
      <RunNote {...{ draft, isBroken }} />
    </footer>
  )
}

/** What will happen, where it may not be what one thinks. */
function RunNote({ draft, isBroken }: { draft: Draft; isBroken: boolean }) {
  const note = toNote(draft, isBroken)
  return note && <p className="run-note">{note}</p>
}

function toNote(draft: Draft, isBroken: boolean): string | null {
  if (isBroken) return 'The JSON cannot be read as it stands; the form shows the last that could.'
  if (draft.count === 1) return null
  const { hasSeeds, allKept } = seedPlanOf(draft)
  if (!hasSeeds) return 'This workflow has no seed: all of them will be alike.'
  return allKept ? 'The first has the seed you keep, the others get new ones.' : null
}

function toGoLabel(count: number, accepted: number | null): string {
  if (accepted !== null) return count > 1 ? `Submitting ${accepted + 1} of ${count}` : 'Submitting'
  return count > 1 ? `Generate ${count}` : 'Generate'
}

/** Ctrl or Cmd with Enter, wherever one is on the page. */
function useGoKeys(onGo: () => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return
    event.preventDefault()
    onGo()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
}

export interface CountInputProps {
  value: number
  max: number
  onChange: (value: number) => void
}

/** How many jobs: a number with a step down and a step up. */
function CountInput({ value, max, onChange }: CountInputProps) {
  return (
    <div className="run-choice">
      <label htmlFor="run-count">How many</label>
      <div className="run-count">
        <button
          type="button"
          aria-label="One less"
          disabled={value <= 1}
          onClick={() => onChange(value - 1)}
        >
          −
        </button>
        <NumberInput id="run-count" {...{ value, max, onChange }} min={1} step={1} whole />
        <button
          type="button"
          aria-label="One more"
          disabled={value >= max}
          onClick={() => onChange(value + 1)}
        >
          +
        </button>
      </div>
    </div>
  )
}
