/** What a running prompt tells the world about its ticks: progress_state, progress and preview frames. */
import type { Delivery } from '../delivery/delivery.ts'
import { type PreviewImage, previewFrame, previewFrameWithMetadata } from '../delivery/frames.ts'
import type { DialectTraits } from '../dialect.ts'
import { preciseNow } from './execution-log.ts'
import type { DynamicGraph } from '../graph/prompt-graph.ts'
import type { Json } from '../record.ts'

export interface PromptProgress {
  start(nodeId: string): void
  tick(nodeId: string, tick: Tick): void
  /** What a node does before it has anything to count; newer servers say so. */
  activity(nodeId: string, activity: string): void
  finish(nodeId: string): void
  /** The end of a node that has failed, or never ran because of one. */
  lose(nodeId: string, state: 'error' | 'blocked'): void
}

export interface Tick {
  readonly value: number
  readonly max: number
  /** null: there is one, but it was not made, as nobody would receive it. */
  readonly preview?: PreviewImage | null | undefined
}

export interface ProgressDeps {
  readonly delivery: Delivery
  readonly traits: DialectTraits
  readonly graph: DynamicGraph
  readonly promptId: string
  /** null: the prompt named no client, and its ticks go to everyone. */
  readonly clientId: string | null
  lastNodeId(): string | null
  /** Called as a tick is about to be sent. */
  onTick(tick: SentTick): void
  /** What the client wants to see again in its previews, too. */
  metadata(): Json
}

/** When a tick was sent, for who measures how long it was under way. */
export interface SentTick {
  readonly promptId: string
  readonly value: number
  /** ms since the epoch, to the microsecond */
  readonly at: number
}

interface NodeProgress {
  value: number
  max: number
  state: 'running' | 'finished' | 'error' | 'blocked'
  activity?: string
}

export function createProgress(deps: ProgressDeps): PromptProgress {
  const { delivery, traits, graph, promptId, clientId } = deps
  const nodes = new Map<string, NodeProgress>()

  const idsOf = (nodeId: string) => ({
    node_id: nodeId,
    prompt_id: promptId,
    display_node_id: graph.displayId(nodeId),
    parent_node_id: graph.parentId(nodeId),
    real_node_id: graph.realId(nodeId),
  })

  const change = (nodeId: string, progress: NodeProgress): void => {
    nodes.set(nodeId, progress)
    if (!traits.progressState || !delivery.hasListener(clientId)) return
    const states = [...nodes].map(([id, state]) => [id, { ...state, ...idsOf(id) }])
    const data = { prompt_id: promptId, nodes: Object.fromEntries(states) }
    delivery.send('progress_state', data, clientId)
  }

  const sendTick = (nodeId: string, value: number, max: number): void => {
    const node = traits.progressState ? nodeId : deps.lastNodeId()
    const data = { value, max, prompt_id: promptId }
    const named = traits.tickMessage === 'progress' ? { ...data, node } : data
    delivery.send(traits.tickMessage, named, clientId)
  }

  return {
    start: (nodeId) => change(nodeId, { value: 0, max: 1, state: 'running' }),
    // The frame with metadata follows progress_state, the plain one follows progress; never both.
    tick(nodeId, { value, max, preview }) {
      deps.onTick({ promptId, value, at: preciseNow() })
      change(nodeId, { value, max, state: 'running' })
      const withMetadata = delivery.supports(clientId, 'supports_preview_metadata')
      if (preview && withMetadata) {
        delivery.sendBinary(
          previewFrameWithMetadata(preview, { ...deps.metadata(), ...idsOf(nodeId) }),
          clientId,
        )
      }
      sendTick(nodeId, value, max)
      if (preview && !withMetadata) delivery.sendBinary(previewFrame(preview), clientId)
    },
    activity(nodeId, activity) {
      const { value, max } = nodes.get(nodeId) ?? { value: 0, max: 1 }
      if (traits.newest) change(nodeId, { value, max, state: 'running', activity })
    },
    lose(nodeId, state) {
      const { value, max } = nodes.get(nodeId) ?? { value: 0, max: 1 }
      change(nodeId, { value, max, state })
    },
    finish(nodeId) {
      const max = nodes.get(nodeId)?.max ?? 1
      change(nodeId, { value: max, max, state: 'finished' })
    },
  }
}
