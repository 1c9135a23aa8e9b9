/** Warnings of a job that goes on: what the host dropped, and what a node blocked on purpose. */
import {
  cleanText,
  type NodeErrors,
  type NodeFailure,
  type PartialFailure,
} from '@safelight/comfyui'
import type { HarvestFile } from '@safelight/store'
import { lastPart } from '../outputs/choose-outputs.ts'
import { andMore, cutText, NODE_NAME_MAX, toLine, type Warning } from '@safelight/shared'

const MAX_MESSAGE = 500
const MAX_WARNINGS = 50
/** Of one node: its first words say what is wrong. */
const MAX_REASONS = 3

/** One per output node that the host dropped while it accepted the rest. */
export function toDroppedWarnings(nodeErrors: NodeErrors): Warning[] {
  const nodes = Object.entries(nodeErrors)
  const told = nodes.slice(0, MAX_WARNINGS - 1)
  const warnings = told.map(
    ([nodeId, node]): Warning => ({
      code: 'output_dropped',
      node_id: cutText(nodeId, NODE_NAME_MAX),
      message: shorten(
        node.errors
          .slice(0, MAX_REASONS)
          .map((error) => [error.message, error.details].filter((part) => part !== '').join(': '))
          .join('; ') || `${node.class_type} is not valid`,
      ),
    }),
  )
  const rest = nodes.length - told.length
  if (rest === 0) return warnings
  return [...warnings, { code: 'output_dropped', node_id: null, message: andMore(rest) }]
}

/** Who adopts a prompt sees that the host runs it without these, and not why. */
export function toUnexplainedWarnings(outputs: readonly string[]): Warning[] {
  return outputs.map((nodeId) => ({
    code: 'output_dropped',
    node_id: nodeId,
    message: 'It, or something it needs, is not valid',
  }))
}

/** The host went on without them, and without what needed them. */
export function toPartialWarnings({ failures, blocked }: PartialFailure): Warning[] {
  const failed = failures.map(
    ({ nodeId, message, exceptionType }): Warning => ({
      code: 'node_failed',
      node_id: nodeId === null ? null : cutText(nodeId, NODE_NAME_MAX),
      message: shorten(message || exceptionType || 'The node failed without a message.'),
    }),
  )
  const waited = blocked.map(
    (nodeId): Warning => ({
      code: 'node_blocked',
      node_id: cutText(nodeId, NODE_NAME_MAX),
      message: 'It needs a node that failed',
    }),
  )
  return [...failed, ...waited]
}

export function toBlockedWarning(failure: NodeFailure): Warning {
  return {
    code: 'execution_blocked',
    node_id: failure.nodeId === null ? null : cutText(failure.nodeId, NODE_NAME_MAX),
    message: shorten(failure.message),
  }
}

/** Of more outputs than a record holds. */
export function toCutWarnings({ kept, more }: { kept: number; more: number }): Warning[] {
  if (more === 0) return []
  return [
    { code: 'outputs_cut', node_id: null, message: `the first ${kept} are kept ${andMore(more)}` },
  ]
}

/** A node that only names its model, where there is none. */
export function toNoneWarning({ node_id, filename }: HarvestFile): Warning {
  return {
    code: 'output_missing',
    node_id: cutText(node_id, NODE_NAME_MAX),
    message: shorten(`It names ${lastPart(filename)}, which the host does not have`),
  }
}

/** Adds what is new; a list-mapped node may block many times with the same words. */
export function addWarnings(known: readonly Warning[], more: readonly Warning[]): Warning[] {
  const key = (warning: Warning) => JSON.stringify([warning.code, warning.node_id, warning.message])
  const unique = new Map([...known, ...more].map((warning) => [key(warning), warning]))
  return [...unique.values()].slice(0, MAX_WARNINGS)
}

function shorten(text: string): string {
  return toLine(cleanText(text, MAX_MESSAGE), MAX_MESSAGE)
}
