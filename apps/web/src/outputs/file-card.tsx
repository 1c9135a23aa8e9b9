/** An output that a page cannot show: what it is called and what it is. */
import type { OutputView } from '@safelight/shared'
import { Sign } from '../ui/sign.tsx'
import { toFactsLine } from './output-facts.ts'

export function FileCard({ output, note }: { output: OutputView; note?: string }) {
  return (
    <div className="file-card">
      <Sign name="file" />
      <strong>{output.name}</strong>
      <span className="soft">{toFactsLine(output)}</span>
      {note && <span className="soft">{note}</span>}
    </div>
  )
}
