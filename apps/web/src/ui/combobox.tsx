/** A text with a list of what may stand there: opens on a press or an arrow key, and is searched by typing. */
import {
  type InputHTMLAttributes,
  type KeyboardEvent,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'
import { Sign } from './sign.tsx'

export interface ComboboxProps
  extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'list'> {
  id: string
  value: string
  /** What matches the text; null is no text: everything. */
  find: (typed: string | null) => readonly string[]
  onChange: (value: string) => void
}

/** More nobody looks through: one types instead. */
const SHOWN = 100

export function Combobox({ id, value, find, onChange, ...rest }: ComboboxProps) {
  const listId = useId()
  const [open, setOpen] = useState<{ typed: string | null; before: string } | null>(null)
  const [activeAt, setActiveAt] = useState(-1)
  const list = useRef<HTMLUListElement>(null)
  const matches = open ? find(open.typed) : []
  const shown = matches.slice(0, SHOWN)
  const more = matches.length - shown.length

  function show(): void {
    if (open) return
    const all = find(null)
    if (all.length === 0) return
    setOpen({ typed: null, before: value })
    setActiveAt(Math.max(-1, all.slice(0, SHOWN).indexOf(value)))
  }

  function choose(chosen: string): void {
    onChange(chosen)
    setOpen(null)
  }

  function type(text: string): void {
    onChange(text)
    if (find(null).length === 0) return
    setOpen({ typed: text, before: open?.before ?? value })
    setActiveAt(-1)
  }

  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const last = shown.length - 1
    const chosen = open ? shown[activeAt] : undefined
    if (!open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) show()
    else if (event.key === 'ArrowDown') setActiveAt(activeAt >= last ? 0 : activeAt + 1)
    else if (event.key === 'ArrowUp') setActiveAt(activeAt <= 0 ? last : activeAt - 1)
    else if (event.key === 'Enter' && chosen !== undefined) choose(chosen)
    else if (event.key === 'Escape' && open) choose(open.before)
    else return
    event.preventDefault()
  }

  useEffect(() => {
    if (open) list.current?.children[activeAt]?.scrollIntoView({ block: 'nearest' })
  }, [activeAt, open])

  const hasList = open !== null && (shown.length > 0 || open.typed !== '')
  return (
    <div
      className="combobox"
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setOpen(null)
      }}
    >
      <input
        {...rest}
        id={id}
        className="text-input"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-expanded={hasList}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && activeAt >= 0 ? `${listId}-${activeAt}` : undefined}
        title={value}
        value={value}
        onChange={({ currentTarget }) => type(currentTarget.value)}
        onClick={show}
        onKeyDown={press}
      />
      <Sign name="down" />
      {hasList && (
        <div className="combobox-list">
          <ul id={listId} role="listbox" aria-label="Choices" ref={list}>
            {shown.map((option, at) => (
              <li
                key={option}
                id={`${listId}-${at}`}
                role="option"
                aria-selected={option === value}
                data-active={at === activeAt}
                // before the text loses the focus
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => choose(option)}
              >
                {option}
              </li>
            ))}
          </ul>
          {more > 0 && <p className="combobox-note">and {more} more: type to search</p>}
          {shown.length === 0 && <p className="combobox-note">Nothing in the list is like this</p>}
        </div>
      )}
    </div>
  )
}
