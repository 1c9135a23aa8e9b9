/**
 * The catalogue of text messages: for each type on the wire, its shape and its translation. Open objects: servers add
 * fields. Those that come many times a second are read by hand, as strictly as the others and for a quarter of the price.
 */
import { isJsonObject } from '@safelight/shared'
import { z } from 'zod'
import type { HostMessage, ProgressStateNode } from './host-message.ts'
import { executionErrorSchema, toNodeFailure } from './node-failure.ts'

// what has another shape reads as undefined
type Fields = Record<string, unknown>

/** Python may send ids as numbers; ours are strings throughout. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return isNumber(value) ? String(value) : undefined
}

function idOrNull(value: unknown): string | null | undefined {
  return value === null || value === undefined ? null : idOf(value)
}

/** A tick may be a float; NaN and Infinity arrive as null and count as nothing. */
function tickOf(value: unknown): number | undefined {
  if (value === null) return 0
  return isNumber(value) ? value : undefined
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}

/** A word. */
const ACTIVITY_MAX = 64

type Decoder = (data: unknown) => HostMessage | null

/** @param read null: it has another shape */
function decoder(read: (data: Fields) => HostMessage | null): Decoder {
  return (data) => (isJsonObject(data) ? read(data) : null)
}

function parsed<S extends z.ZodType>(
  schema: S,
  toMessage: (data: z.output<S>) => HostMessage,
): Decoder {
  return (data) => {
    const result = schema.safeParse(data)
    return result.success ? toMessage(result.data) : null
  }
}

function ofPrompt(type: 'execution_start' | 'execution_success'): Decoder {
  return decoder((data) => {
    const promptId = idOf(data['prompt_id'])
    return promptId === undefined ? null : { type, promptId }
  })
}

function toStatus(data: Fields): HostMessage | null {
  const sid = idOrNull(data['sid'])
  const queueRemaining = inStatus(data['status'])
  if (sid === undefined || queueRemaining === undefined) return null
  return { type: 'status', queueRemaining, sid }
}

/** @returns undefined when it has another shape */
function inStatus(status: unknown): number | null | undefined {
  if (status === null || status === undefined) return null
  if (!isJsonObject(status)) return undefined
  const info = status['exec_info'] ?? null
  if (info === null) return null
  const remaining = isJsonObject(info) ? (info['queue_remaining'] ?? null) : undefined
  return remaining === null || isNumber(remaining) ? remaining : undefined
}

function toCached(data: Fields): HostMessage | null {
  const promptId = idOf(data['prompt_id'])
  const listed = data['nodes']
  if (promptId === undefined || !Array.isArray(listed)) return null
  const nodes = listed.map(idOf)
  if (!nodes.every((node) => node !== undefined)) return null
  return { type: 'execution_cached', promptId, nodes }
}

function toExecuting(data: Fields): HostMessage | null {
  const promptId = idOrNull(data['prompt_id'])
  const node = idOrNull(data['node'])
  const displayNode = idOrNull(data['display_node'])
  if (promptId === undefined || node === undefined || displayNode === undefined) return null
  return { type: 'executing', promptId, node, displayNode }
}

function toProgress(data: Fields): HostMessage | null {
  const ticks = toTicks(data)
  const node = idOrNull(data['node'])
  if (!ticks || node === undefined) return null
  const { promptId, value, max } = ticks
  return { type: 'progress', promptId, node, value, max }
}

function toLegacyProgress(data: Fields): HostMessage | null {
  const ticks = toTicks(data)
  return ticks && { type: 'execution_progress', ...ticks }
}

function toTicks(data: Fields): { promptId: string | null; value: number; max: number } | null {
  const promptId = idOrNull(data['prompt_id'])
  const value = tickOf(data['value'])
  const max = tickOf(data['max'])
  if (promptId === undefined || value === undefined || max === undefined) return null
  return { promptId, value, max }
}

function toProgressState(data: Fields): HostMessage | null {
  const promptId = idOf(data['prompt_id'])
  const { nodes: listed } = data
  if (promptId === undefined || !isJsonObject(listed)) return null
  const nodes: ProgressStateNode[] = []
  for (const [key, state] of Object.entries(listed)) {
    const node = isJsonObject(state) ? toNodeState(key, state) : null
    if (!node) return null
    nodes.push(node)
  }
  return { type: 'progress_state', promptId, nodes }
}

const STATES: readonly unknown[] = ['pending', 'running', 'finished', 'error', 'blocked']

function isState(state: unknown): state is ProgressStateNode['state'] {
  return STATES.includes(state)
}

function toNodeState(key: string, of: Fields): ProgressStateNode | null {
  const value = tickOf(of['value'])
  const max = tickOf(of['max'])
  const nodeId = of['node_id'] === undefined ? key : idOf(of['node_id'])
  const display = idOrNull(of['display_node_id'])
  const parent = idOrNull(of['parent_node_id'])
  const real = idOrNull(of['real_node_id'])
  if (value === undefined || max === undefined || nodeId === undefined) return null
  if (display === undefined || parent === undefined || real === undefined) return null
  const { state, activity } = of
  return {
    nodeId,
    displayNodeId: display ?? key,
    parentNodeId: parent,
    realNodeId: real ?? key,
    value,
    max,
    state: isState(state) ? state : 'running',
    activity: typeof activity === 'string' && activity.length <= ACTIVITY_MAX ? activity : null,
  }
}

function toExecuted(data: Fields): HostMessage | null {
  const promptId = idOf(data['prompt_id'])
  const node = idOf(data['node'])
  const displayNode = idOrNull(data['display_node'])
  const output = data['output'] ?? null
  if (promptId === undefined || node === undefined || displayNode === undefined) return null
  if (output !== null && !isJsonObject(output)) return null
  return { type: 'executed', promptId, node, displayNode, output }
}

function toInterrupted(data: Fields): HostMessage | null {
  const promptId = idOf(data['prompt_id'])
  const nodeId = idOrNull(data['node_id'])
  if (promptId === undefined || nodeId === undefined) return null
  return { type: 'execution_interrupted', promptId, nodeId }
}

export const TEXT_DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['status', decoder(toStatus)],
  [
    'feature_flags',
    parsed(z.record(z.string(), z.unknown()), (flags) => ({ type: 'feature_flags', flags })),
  ],
  ['execution_start', ofPrompt('execution_start')],
  ['execution_success', ofPrompt('execution_success')],
  ['execution_cached', decoder(toCached)],
  ['executing', decoder(toExecuting)],
  ['progress', decoder(toProgress)],
  ['progress_state', decoder(toProgressState)],
  ['execution_progress', decoder(toLegacyProgress)],
  ['executed', decoder(toExecuted)],
  [
    'execution_error',
    parsed(executionErrorSchema, (data) => ({
      type: 'execution_error',
      promptId: data.prompt_id,
      // a blocked branch reports an error, yet the run goes on and normally succeeds
      blocked: data.exception_type === 'ExecutionBlocked',
      failure: toNodeFailure(data),
    })),
  ],
  [
    'execution_node_error',
    parsed(executionErrorSchema, (data) => ({
      type: 'execution_node_error',
      promptId: data.prompt_id,
      failure: toNodeFailure(data),
    })),
  ],
  ['execution_interrupted', decoder(toInterrupted)],
])
