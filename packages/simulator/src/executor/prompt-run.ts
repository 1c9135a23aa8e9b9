/** Everything one running prompt shares between its nodes. */
import type { SimulatedClock } from '../clock.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { FaultState } from '../faults/fault-switches.ts'
import type { ExitFault } from '../faults/faults.ts'
import type { ExecutionList } from '../graph/execution-list.ts'
import type { NodeUi, PromptCache } from '../graph/output-cache.ts'
import type { DynamicGraph } from '../graph/prompt-graph.ts'
import type { NodeDefinitions } from '../nodes/node-classes.ts'
import type { LoadedModels } from '../nodes/loaded-models.ts'
import type { SentTick } from './progress.ts'
import type { NodeEnvironment } from '../nodes/node-class.ts'
import type { Scenes } from '../picture/scenes.ts'
import type { Random } from '../random.ts'
import type { Json } from '../record.ts'
import type { InterruptFlag } from './interrupt.ts'
import type { MappedResult } from './map-node.ts'
import type { PromptProgress } from './progress.ts'

/** What outlives a prompt. */
export interface SimulatedHost {
  readonly environment: NodeEnvironment
  readonly classes: NodeDefinitions
  readonly delivery: Delivery
  readonly clock: SimulatedClock
  readonly interrupt: InterruptFlag
  readonly random: Random
  readonly scenes: Scenes
  readonly previews: boolean
  readonly faults: FaultState
  /** A moment at which the whole process may have to end; then this throws or never returns. */
  readonly exitIfDue: (moment: ExitFault) => void
  readonly loadedModels: LoadedModels
  readonly ticked: (tick: SentTick) => void
  /** The client of the current (or last) prompt and the node it is told about on reconnect. */
  readonly current: { clientId: string | null; lastNodeId: string | null; metadata: Json }
  /** Keys that clients chose, merged into every message about the current prompt. */
  readonly metadata: () => Json
}

export interface ItemOutputs {
  readonly outputs: readonly unknown[]
  readonly isExpansion: boolean
}

export interface PromptRun {
  readonly promptId: string
  readonly clientId: string | null
  readonly extraData: Readonly<Json>
  readonly graph: DynamicGraph
  readonly list: ExecutionList
  readonly cache: PromptCache
  readonly progress: PromptProgress
  readonly executed: Set<string>
  readonly uiOutputs: Map<string, NodeUi>
  /** Results waiting for the nodes their expansion added. */
  readonly expansions: Map<string, readonly ItemOutputs[]>
  /** Async nodes in flight or just landed. */
  readonly inFlight: Map<string, Promise<MappedResult>>
}
