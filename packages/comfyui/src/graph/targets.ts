/** Only some outputs of a workflow, for hosts that run whatever outputs they are given. */
import { membersOf, workflowSchema } from '@safelight/shared'
import { reachableFrom } from './links.ts'

/**
 * The nodes that these outputs need, each to the letter.
 * @param text a workflow
 * @throws what is wrong with a text that is none
 */
export function keepNeededFor(text: string, targets: readonly string[]): string {
  const needed = reachableFrom(workflowSchema.parse(JSON.parse(text)), targets)
  const kept = [...membersOf(text)].filter(({ key }) => needed.has(key))
  return `{${kept.map(({ key, from, to }) => `${JSON.stringify(key)}:${text.slice(from, to)}`).join(',')}}`
}
