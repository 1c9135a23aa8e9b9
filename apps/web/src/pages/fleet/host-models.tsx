/** The models that a host holds. */
import { toModelName } from './host-words.ts'

const NAMED_AT_MOST = 3

export function HostModels({ models }: { models: readonly string[] }) {
  if (models.length === 0) return null
  const others = models.slice(NAMED_AT_MOST)
  return (
    <ul className="host-models" aria-label="Models loaded">
      {models.slice(0, NAMED_AT_MOST).map((file) => (
        <li key={file} className="mono" title={file}>
          {toModelName(file)}
        </li>
      ))}
      {others.length > 0 && <li title={others.join('\n')}>{`${others.length} more`}</li>}
    </ul>
  )
}
