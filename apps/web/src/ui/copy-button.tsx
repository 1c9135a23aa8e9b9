/** Copies a text and says that it did. */
import { useState } from 'react'
import { Button } from './button.tsx'
import { copyText } from './copy-text.ts'
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
  const [said, setSaid] = useState<string | null>(null)

  async function copy(): Promise<void> {
    try {
      await copyText(text)
      setSaid('Copied')
    } catch {
      setSaid('Not allowed here')
    }
  }

  return (
    <Button
      look="quiet"
      compact
      className={bare ? 'bare' : undefined}
      title={bare ? label : undefined}
      onClick={() => void copy()}
      onBlur={() => setSaid(null)}
      onPointerLeave={() => setSaid(null)}
    >
      <Sign name={said === 'Copied' ? 'check' : sign} />
      <span className={bare && !said ? 'visually-hidden' : undefined} aria-live="polite">
        {said ?? label}
      </span>
    </Button>
  )
}
