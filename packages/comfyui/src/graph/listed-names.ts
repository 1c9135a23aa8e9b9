/** Names of files as the host lists them: one on Windows lists `sdxl\x.pt` for what others call `sdxl/x.pt`. */
import { replaceAt, type Workflow } from '@safelight/shared'
import { type FileChoices, listedName } from '../client/file-choices.ts'
import { unwrap } from './links.ts'

/**
 * The workflow for this host: everything else stays to the letter.
 * @param text the workflow as it was sent
 * @param workflow the same, parsed
 */
export function withListedNames(text: string, workflow: Workflow, choices: FileChoices): string {
  let written = text
  for (const [nodeId, { class_type: className, inputs }] of Object.entries(workflow)) {
    if (!choices.has(className)) continue
    for (const [input, given] of Object.entries(inputs)) {
      const { value: file, path } = unwrap(given)
      if (typeof file !== 'string' || !/[/\\]/.test(file)) continue
      const listed = listedName(choices, { className, input, file })
      if (listed == null || listed === file) continue
      written = replaceAt(written, [nodeId, 'inputs', input, ...path], JSON.stringify(listed))
    }
  }
  return written
}
