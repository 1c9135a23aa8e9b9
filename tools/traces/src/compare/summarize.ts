/** One socket's messages in a form that can be compared: what happened, to which node, without times and names. */
import { parseLenientJson } from '@safelight/comfyui'
import { isRecord, type Json, readText } from '@safelight/simulator/testing'
import type { ReceivedFrame } from '../trace-format.ts'

/** A frame, parsed once. */
export type Message = { readonly type: string; readonly data: Json } | { readonly bytes: Buffer }

export interface MessageSummary {
  readonly type: string
  readonly node: string | null
  /** Only a value moved: how many of these a server sends may be a matter of time. */
  readonly isTick: boolean
  /** Everything that must match, ids included. */
  readonly text: string
}

export interface SocketSummary {
  readonly messages: readonly MessageSummary[]
  /** queue_remaining of each status, in order. */
  readonly statuses: readonly number[]
  /** Whether a status came right before every `executing: null`. */
  readonly statusBeforeEnd: boolean
}

export function parseFrame(frame: ReceivedFrame): Message {
  if (frame.ev === 'binary') return { bytes: Buffer.from(frame.base64, 'base64') }
  const message = parseLenientJson(frame.text)
  if (!isRecord(message)) return { type: '?', data: {} }
  const { type, data } = message
  return { type: readText(type) ?? '?', data: isRecord(data) ? data : {} }
}

/** `aliasOf` gives the same short name to the same prompt in the recording and in what the simulator did. */
export function summarize(
  messages: readonly Message[],
  aliasOf: (promptId: string) => string,
): SocketSummary {
  const summarizer = createSummarizer(aliasOf)
  for (const message of messages) summarizer.add(message)
  return summarizer.summary()
}

interface Summarizer {
  add(message: Message): MessageSummary
  summary(): SocketSummary
}

function createSummarizer(aliasOf: (promptId: string) => string): Summarizer {
  const messages: MessageSummary[] = []
  const statuses: number[] = []
  const progress = createProgressReader()
  let statusBeforeEnd = true
  let lastType = ''

  return {
    add(message) {
      const summary = 'bytes' in message ? fromBytes(message.bytes) : fromMessage(message)
      if (summary.type === 'status') statuses.push(Number(summary.text))
      else messages.push(summary)
      if (summary.text.startsWith('executing null') && lastType !== 'status')
        statusBeforeEnd = false
      lastType = summary.type
      return summary
    },
    summary: () => ({ messages, statuses, statusBeforeEnd }),
  }

  function fromMessage({ type, data }: { type: string; data: Json }): MessageSummary {
    const promptId = readText(data['prompt_id'])
    const prompt = promptId === undefined ? 'no prompt' : aliasOf(promptId)
    const named = data['node']
    const node = typeof named === 'string' ? named : null
    const plain = (detail: string): MessageSummary => ({
      type,
      node,
      isTick: false,
      text: `${type} ${detail} ${prompt}`,
    })
    switch (type) {
      case 'status':
        return { type, node: null, isTick: false, text: String(remainingOf(data)) }
      case 'progress':
      case 'execution_progress':
        return { type: 'progress', node, isTick: true, text: `progress ${node} ${prompt}` }
      case 'progress_state':
        return progress.read(data, prompt)
      case 'executing':
        return plain(`${named === null ? 'null' : node}${display(data)}`)
      case 'executed':
        return plain(`${node}${display(data)} ${outputShape(data['output'])}`)
      case 'execution_cached':
        return plain(namesOf(data['nodes']))
      case 'execution_error':
        return plain(
          `${fields(data, 'node_id', 'node_type', 'exception_type', 'exception_message')} ${namesOf(data['executed'])} ${'timestamp' in data}`,
        )
      case 'execution_interrupted':
        return plain(`${fields(data, 'node_id', 'node_type')} ${namesOf(data['executed'])}`)
      case 'feature_flags':
        return plain(JSON.stringify(data))
      default:
        return plain('')
    }
  }
}

/** How far a socket has come: its messages but statuses, runs of ticks counted once, because how many come is chance. */
export interface MessageCounter {
  add(message: Message): void
  readonly count: number
  readonly last: string
}

export function createMessageCounter(): MessageCounter {
  const summarizer = createSummarizer(() => '')
  let count = 0
  let last: MessageSummary | null = null
  return {
    add(message) {
      const summary = summarizer.add(message)
      if (summary.type === 'status') return
      if (!summary.isTick || !last?.isTick) count++
      last = summary
    },
    get count() {
      return count
    },
    get last() {
      return last?.text ?? 'nothing'
    },
  }
}

function display(data: Json): string {
  return data['display_node'] === undefined ? '' : `@${fields(data, 'display_node')}`
}

function remainingOf(data: Json): number {
  const status = data['status']
  const info = isRecord(status) ? status['exec_info'] : undefined
  return isRecord(info) ? Number(info['queue_remaining']) : -1
}

/** Order inside these lists is chance: Python builds them from sets. */
function namesOf(list: unknown): string {
  return Array.isArray(list) ? list.map(String).sort().join(',') : 'none'
}

/** Keys, and for file lists what kind of files: names carry counters of the server's past. */
export function outputShape(output: unknown): string {
  if (!isRecord(output)) return String(output)
  return Object.entries(output)
    .map(
      ([key, items]) =>
        `${key}:${Array.isArray(items) ? items.map(itemShape).join('+') : typeof items}`,
    )
    .sort()
    .join(' ')
}

function itemShape(item: unknown): string {
  if (!isRecord(item)) return typeof item
  const name = readText(item['filename']) ?? ''
  const anonymous = name.replace(/_temp_[a-z]{5}/, '_temp_').replaceAll(/\d{5}/g, '#')
  return `${String(item['type'])}/${String(item['subfolder'])}/${anonymous}`
}

/** A progress_state is a tick when only a value moved, and a step of a node's life otherwise. */
function createProgressReader() {
  let previous: Record<string, { state: string; at: string }> = {}
  return {
    read(data: Json, prompt: string): MessageSummary {
      const nodes = isRecord(data['nodes']) ? data['nodes'] : {}
      const current = Object.fromEntries(
        Object.entries(nodes).map(([id, node]) => [
          id,
          isRecord(node) ? stateOf(node) : { state: '?', at: '' },
        ]),
      )
      const isNew = Object.keys(previous).length === 0
      const moved = Object.keys(current).some((id) => previous[id]?.at !== current[id]?.at)
      const lived = Object.keys(current).some((id) => previous[id]?.state !== current[id]?.state)
      const isMidway = Object.values(current).some(
        ({ state, at }) => state.startsWith('running') && !at.startsWith('0/'),
      )
      previous = current
      const isTick = isNew ? isMidway : moved && !lived
      const states = Object.entries(current)
        .map(([id, { state }]) => `${id}=${state}`)
        .sort()
      return {
        type: 'progress_state',
        node: null,
        isTick,
        text: `progress_state ${isTick ? 'tick' : states.join(' ')} ${prompt}`,
      }
    },
  }
}

function stateOf(node: Json): { state: string; at: string } {
  const ids = fields(node, 'display_node_id', 'parent_node_id', 'real_node_id')
  return {
    state: `${fields(node, 'state')}(${ids})`,
    at: `${fields(node, 'value')}/${fields(node, 'max')}`,
  }
}

function fields(data: Json, ...names: string[]): string {
  return names.map((name) => readText(data[name]) ?? JSON.stringify(data[name])).join(',')
}

function fromBytes(bytes: Buffer): MessageSummary {
  const kind = bytes.readUInt32BE(0)
  if (kind === 3) {
    const idEnd = 8 + bytes.readUInt32BE(4)
    const node = bytes.subarray(8, idEnd).toString()
    const text = `text ${node} ${bytes.subarray(idEnd).toString()}`
    return { type: 'frame 3', node, isTick: false, text }
  }
  const tick = { type: `frame ${kind}`, node: null, isTick: true }
  if (kind !== 4) return { ...tick, text: `frame ${kind} ${bytes.readUInt32BE(4)}` }
  const metadata = parseLenientJson(bytes.subarray(8, 8 + bytes.readUInt32BE(4)).toString())
  const { prompt_id: _, ...ids } = isRecord(metadata) ? metadata : {}
  return { ...tick, text: `frame 4 ${JSON.stringify(ids)}` }
}
