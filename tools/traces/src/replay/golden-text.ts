/** A replay as text made for reading: one line per event, prompts named by order. Golden results are kept in this form. */
import type { Progress } from '@safelight/shared'
import type { ReplayEvent } from './replay-prompt.ts'

export function toGoldenText(events: readonly ReplayEvent[]): string {
  const names = new Map<string, string>()
  const lines = events.map((event) => {
    const name = names.get(event.promptId) ?? `prompt ${names.size + 1}`
    names.set(event.promptId, name)
    return `${name}: ${toLine(event)}\n`
  })
  return lines.join('') || 'no prompt was accepted\n'
}

function toLine(event: ReplayEvent): string {
  switch (event.type) {
    case 'progress':
      return `${(event.progress.value * 100).toFixed(2)}% ${describe(event.progress)}`
    case 'output':
      return `output of node ${event.output.node_id}: ${event.output.type}/${event.output.subfolder}${event.output.filename}`
    case 'status': {
      const warnings =
        event.warnings?.map(
          (warning) => ` ! ${warning.code} ${warning.node_id}: ${warning.message}`,
        ) ?? []
      return `status ${event.status} ${event.phase ?? ''}`.trimEnd() + warnings.join('')
    }
    case 'end': {
      const error = event.error
        ? ` ${event.error.code} at ${event.error.node_id}: ${event.error.message}`
        : ''
      return `end ${event.outcome}, ${event.outputs.length} outputs${error}`
    }
  }
}

function describe(progress: Progress): string {
  const node = progress.node
    ? `${progress.node.id} ${progress.node.class} ${progress.node.value}/${progress.node.max}`
    : '-'
  const step = progress.steps === null ? '-' : `${progress.step}/${progress.steps}`
  return `${progress.kind} | nodes ${progress.nodes_done}/${progress.nodes_total} | step ${step} | ${node}`
}
