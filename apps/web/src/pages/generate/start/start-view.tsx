/** Where a workflow comes from: an example, a file, a paste. Also the page of somebody who has none yet. */
import { Button } from '../../../ui/button.tsx'
import { Sign } from '../../../ui/sign.tsx'
import type { Incoming } from '../incoming/use-incoming.ts'
import { BringYourOwn } from './bring-your-own.tsx'
import { EXAMPLES, type Example, readExample } from './examples.tsx'
import './start-view.css'

export interface StartViewProps {
  onIncoming: (incoming: Incoming) => void
  /** Back to the workflow there is; null when there is none. */
  onBack: (() => void) | null
}

export function StartView({ onIncoming, onBack }: StartViewProps) {
  const take = (example: Example) => {
    onIncoming({ name: example.name, read: { ok: true, workflow: readExample(example) } })
  }
  return (
    <div className="start-view">
      <header className="start-head">
        <h1>What do you want to make?</h1>
        <p className="soft">
          Begin with an example, or bring a workflow of your own. Nothing runs before you say so.
        </p>
        {onBack && (
          <Button look="quiet" compact onClick={onBack}>
            <Sign name="left" /> Back to your workflow
          </Button>
        )}
      </header>
      <ul className="examples" aria-label="Examples">
        {EXAMPLES.map((example) => (
          <li key={example.name}>
            <button type="button" className="example" onClick={() => take(example)}>
              <span className="example-tray">{example.art}</span>
              <strong>{example.name}</strong>
              <span className="soft">{example.about}</span>
            </button>
          </li>
        ))}
      </ul>
      <BringYourOwn onIncoming={onIncoming} />
    </div>
  )
}
