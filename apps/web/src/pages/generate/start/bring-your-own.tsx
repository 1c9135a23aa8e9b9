/** A workflow of one's own: pick, drop or paste it, and how to get it out of ComfyUI. */
import { type ChangeEvent, useRef, useState } from 'react'
import { readWorkflow } from '../../../workflow/read-workflow.ts'
import { Button } from '../../../ui/button.tsx'
import { Sign } from '../../../ui/sign.tsx'
import { type Incoming, readIncoming } from '../use-incoming.ts'

export function BringYourOwn({ onIncoming }: { onIncoming: (incoming: Incoming) => void }) {
  return (
    <section className="own" aria-labelledby="own-title">
      <div className="own-take">
        <h2 id="own-title">Your own workflow</h2>
        <p className="soft small">
          Drop a file anywhere on this page, or paste with Ctrl+V. JSON in the API format, or a PNG
          that ComfyUI saved: it carries its workflow inside.
        </p>
        <div className="own-ways">
          <PickFile onIncoming={onIncoming} />
          <PasteText onIncoming={onIncoming} />
        </div>
      </div>
      <div className="own-how">
        <h3>How to get it out of ComfyUI</h3>
        <ol>
          <li>Open the workflow there and see that it runs.</li>
          <li>
            Choose <b>Workflow</b> → <b>Export (API)</b>.
          </li>
          <li>Drop the file here. Its prompt, seed and sizes become a form.</li>
        </ol>
        <p className="soft small">
          Older versions: switch on <b>dev mode options</b> in the settings, then{' '}
          <b>Save (API Format)</b>.
        </p>
      </div>
    </section>
  )
}

function PickFile({ onIncoming }: { onIncoming: (incoming: Incoming) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const pick = async ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const file = currentTarget.files?.[0]
    // the same file may be picked again after it was mended
    if (file) onIncoming(await readIncoming(file))
    if (input.current) input.current.value = ''
  }
  return (
    <>
      <Button onClick={() => input.current?.click()}>
        <Sign name="file" /> Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,.png,application/json,image/png"
        hidden
        aria-label="Workflow file"
        onChange={(event) => void pick(event)}
      />
    </>
  )
}

function PasteText({ onIncoming }: { onIncoming: (incoming: Incoming) => void }) {
  const [isOpen, setIsOpen] = useState(false)
  const [text, setText] = useState('')
  if (!isOpen) {
    return (
      <Button look="quiet" onClick={() => setIsOpen(true)}>
        <Sign name="copy" /> Paste JSON
      </Button>
    )
  }
  return (
    <div className="own-paste">
      <label htmlFor="own-text">Workflow as JSON</label>
      <textarea
        id="own-text"
        className="mono"
        rows={7}
        autoFocus
        spellCheck={false}
        placeholder={'{ "3": { "class_type": "KSampler", "inputs": { … } } }'}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <div className="own-ways">
        <Button
          look="primary"
          disabled={text.trim() === ''}
          onClick={() => onIncoming({ name: 'Pasted workflow', read: readWorkflow(text) })}
        >
          Use it
        </Button>
        <Button look="quiet" onClick={() => setIsOpen(false)}>
          Cancel
        </Button>
      </div>
    </div>
  )
}
