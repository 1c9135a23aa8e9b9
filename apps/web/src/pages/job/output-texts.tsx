/** Texts that nodes made, as text: what a caption or a counter says need not be opened first. */
import type { OutputView } from '@safelight/shared'
import { Link } from 'wouter'
import { CopyButton } from '../../ui/copy-button.tsx'

/** Where there are pictures, texts lie beneath them; a job that made texts alone shows them in the tray. */
export function splitTexts(outputs: readonly OutputView[]): {
  shownHere: readonly OutputView[]
  texts: readonly OutputView[]
} {
  const texts = outputs.filter(({ type, text }) => type === 'text' && text !== undefined)
  const others = outputs.filter((output) => !texts.includes(output))
  return others.length === 0 ? { shownHere: outputs, texts: [] } : { shownHere: others, texts }
}

export function OutputTexts({ texts }: { texts: readonly OutputView[] }) {
  if (texts.length === 0) return null
  return (
    <section className="output-texts" aria-labelledby="texts-title">
      <h2 id="texts-title">{texts.length === 1 ? 'Text' : 'Texts'}</h2>
      <ul>
        {texts.map((output) => (
          <OutputText key={output.id} output={output} text={output.text ?? ''} />
        ))}
      </ul>
    </section>
  )
}

function OutputText({ output, text }: { output: OutputView; text: string }) {
  const isCut = new TextEncoder().encode(text).byteLength < output.size_bytes
  return (
    <li>
      <pre tabIndex={0}>
        {text}
        {isCut && '…'}
      </pre>
      <span className="output-text-ways">
        {isCut ? (
          <Link href={`/gallery/${output.id}`} aria-label={`More of ${output.name}`}>
            More
          </Link>
        ) : (
          <CopyButton text={text} label="Copy the text" bare />
        )}
      </span>
    </li>
  )
}
