/** One socket's messages as comparable words: what was said, about which node, without times and names. */
import { isRecord, parsePythonJson, type Json, readText } from '@safelight/simulator/testing'

export type Message = { readonly text: string } | { readonly bytes: Buffer }

export interface Token {
  readonly type: string
  readonly node: string | null
  readonly isTick: boolean
  /** Everything that must match, ids included. */
  readonly full: string
}

export interface SocketStory {
  readonly tokens: readonly Token[]
  /** queue_remaining of each status, in order. */
  readonly statuses: readonly number[]
  /** Whether a status came right before every `executing: null`. */
  readonly statusBeforeEnd: boolean
}

/** `aliasOf` gives the same short name to the same prompt in the recording and in the replay. */
export function toStory(
  messages: readonly Message[],
  aliasOf: (promptId: string) => string,
): SocketStory {
  const listener = createListener(aliasOf)
  for (const message of messages) listener.hear(message)
  return listener.story()
}

export interface Listener {
  hear(message: Message): Token
  story(): SocketStory
}

export function createListener(aliasOf: (promptId: string) => string): Listener {
  const tokens: Token[] = []
  const statuses: number[] = []
  const progress = createProgressReader()
  let statusBeforeEnd = true
  let last = ''

  return {
    hear(message) {
      const token = 'text' in message ? fromText(message.text) : fromFrame(message.bytes)
      if (token.type === 'status') statuses.push(Number(token.full))
      else tokens.push(token)
      if (token.full.startsWith('executing null') && last !== 'status') statusBeforeEnd = false
      last = token.type
      return token
    },
    story: () => ({ tokens, statuses, statusBeforeEnd }),
  }

  function fromText(text: string): Token {
    const message = parsePythonJson(text)
    const data = isRecord(message) && isRecord(message['data']) ? message['data'] : {}
    const type = isRecord(message) ? (readText(message['type']) ?? '?') : '?'
    const promptId = readText(data['prompt_id'])
    const prompt = promptId === undefined ? 'no prompt' : aliasOf(promptId)
    return describe({ type, data, prompt })
  }

  function describe({ type, data, prompt }: { type: string; data: Json; prompt: string }): Token {
    const named = data['node']
    const node = typeof named === 'string' ? named : null
    const plain = (detail: string): Token => ({
      type,
      node,
      isTick: false,
      full: `${type} ${detail} ${prompt}`,
    })
    switch (type) {
      case 'status':
        return { type, node: null, isTick: false, full: String(remainingOf(data)) }
      case 'progress':
      case 'execution_progress':
        return { type: 'progress', node, isTick: true, full: `progress ${node} ${prompt}` }
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
    read(data: Json, prompt: string): Token {
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
        full: `progress_state ${isTick ? 'tick' : states.join(' ')} ${prompt}`,
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

function fromFrame(bytes: Buffer): Token {
  const kind = bytes.readUInt32BE(0)
  if (kind === 3) {
    const idEnd = 8 + bytes.readUInt32BE(4)
    const node = bytes.subarray(8, idEnd).toString()
    return {
      type: 'frame 3',
      node,
      isTick: false,
      full: `text ${node} ${bytes.subarray(idEnd).toString()}`,
    }
  }
  if (kind === 4) {
    const metadata = parsePythonJson(bytes.subarray(8, 8 + bytes.readUInt32BE(4)).toString())
    const { prompt_id: _, ...ids } = isRecord(metadata) ? metadata : {}
    return { type: 'frame 4', node: null, isTick: true, full: `frame 4 ${JSON.stringify(ids)}` }
  }
  return {
    type: `frame ${kind}`,
    node: null,
    isTick: true,
    full: `frame ${kind} ${bytes.readUInt32BE(4)}`,
  }
}
