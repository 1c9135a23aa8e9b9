/** The keys of the list: j and k or arrows move, x selects, / goes to the filter, Escape lets go. Enter opens, as on any link. */
import { useEffect, useEffectEvent } from 'react'

export interface ListKeys {
  /** Whether the focus is in the list: only then the arrows are ours. */
  inList: (target: EventTarget | null) => boolean
  move: (by: 1 | -1) => void
  select: () => void
  toFilter: () => void
  escape: () => void
}

export function useListKeys(keys: ListKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const taken = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
    if (taken || isTyping(event.target)) return
    const act = toAct(keys, event)
    if (!act) return
    event.preventDefault()
    act()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event)
    addEventListener('keydown', listener)
    return () => removeEventListener('keydown', listener)
  }, [])
}

function toAct(keys: ListKeys, { key, target }: KeyboardEvent): (() => void) | null {
  switch (key) {
    case 'j':
      return () => keys.move(1)
    case 'k':
      return () => keys.move(-1)
    case 'ArrowDown':
      return keys.inList(target) ? () => keys.move(1) : null
    case 'ArrowUp':
      return keys.inList(target) ? () => keys.move(-1) : null
    case 'x':
      return keys.select
    case '/':
      return keys.toFilter
    case 'Escape':
      return keys.escape
    default:
      return null
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox'
  return target.isContentEditable || target.matches('textarea, select')
}
