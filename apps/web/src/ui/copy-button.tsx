/** Copies a text and says that it did. */
import { useState } from 'react'
import { Button } from './button.tsx'
import { Sign, type SignName } from './sign.tsx'

export interface CopyButtonProps {
  text: string
  /** What is copied, e.g. `Copy link`. */
  label: string
  sign?: SignName
  /** Only the sign is shown; the label is its name. */
  bare?: boolean
}

export function CopyButton({ text, label, sign = 'copy', bare = false }: CopyButtonProps) {
  const [answer, setAnswer] = useState<string | null>(null)

  async function copy(): Promise<void> {
    try {
      await copyText(text)
      setAnswer('Copied')
    } catch {
      setAnswer('Not allowed here')
    }
  }

  return (
    <Button
      look="quiet"
      compact
      className={bare ? 'bare' : undefined}
      title={bare ? label : undefined}
      onClick={() => void copy()}
      onBlur={() => setAnswer(null)}
      onPointerLeave={() => setAnswer(null)}
    >
      <Sign name={answer === 'Copied' ? 'check' : sign} />
      <span className={bare && !answer ? 'visually-hidden' : undefined} aria-live="polite">
        {answer ?? label}
      </span>
    </Button>
  )
}

/**
 * Puts a text on the clipboard, also on pages without https, where browsers keep the modern way from us.
 * @throws Error when the browser does not let us
 */
async function copyText(text: string): Promise<void> {
  // typed as always there, but only in a secure context it is
  const clipboard: Clipboard | undefined = navigator.clipboard
  if (clipboard) return clipboard.writeText(text)
  const box = document.createElement('textarea')
  box.value = text
  box.style.position = 'fixed'
  box.style.opacity = '0'
  document.body.append(box)
  const before = document.activeElement
  box.select()
  const done = document.execCommand('copy')
  box.remove()
  if (before instanceof HTMLElement) before.focus()
  if (!done) throw new Error('the browser does not let this page copy')
}
