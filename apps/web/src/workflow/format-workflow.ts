/** A workflow as JSON that people can read: indented, with every link on one line. */
import type { Workflow } from '@safelight/shared'

// a string of JSON holds no line break, so this finds lists only
const LINK = /\[\n\s+("(?:[^"\\]|\\.)*"),\n\s+(-?\d+)\n\s+\]/g

export function formatWorkflow(workflow: Workflow): string {
  return JSON.stringify(workflow, null, 2).replace(LINK, '[$1, $2]')
}
