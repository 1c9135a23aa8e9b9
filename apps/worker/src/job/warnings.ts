/** Warnings of a job that goes on: what the host dropped, and what a node blocked on purpose. */
import { type NodeErrors, type NodeFailure, stripPaths } from '@safelight/comfyui'
import type { Warning } from '@safelight/shared'

const MAX_MESSAGE = 500
const MAX_WARNINGS = 50

/** One per output node that the host dropped while it accepted the rest. */
export function toDroppedWarnings(nodeErrors: NodeErrors): Warning[] {
  return Object.entries(nodeErrors).map(([nodeId, node]) => ({
    code: 'output_dropped',
    node_id: nodeId,
    message: shorten(
      node.errors
        .map((error) => [error.message, error.details].filter((part) => part !== '').join(': '))
        .join('; ') || `${node.class_type} is not valid`,
    ),
  }))
}

export function toBlockedWarning(failure: NodeFailure): Warning {
  return {
    code: 'execution_blocked',
    node_id: failure.nodeId,
    message: shorten(failure.message),
  }
}

/** Adds what is new; a list-mapped node may block many times with the same words. */
export function addWarnings(known: readonly Warning[], more: readonly Warning[]): Warning[] {
  const key = (warning: Warning) => JSON.stringify([warning.code, warning.node_id, warning.message])
  const unique = new Map([...known, ...more].map((warning) => [key(warning), warning]))
  return [...unique.values()].slice(0, MAX_WARNINGS)
}

function shorten(text: string): string {
  return stripPaths(text).slice(0, MAX_MESSAGE)
}
