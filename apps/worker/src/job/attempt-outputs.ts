/** What an attempt makes while it runs: out of the host's messages, to the outputs of the job. */
import {
  collectMade,
  type HostMessage,
  type PromptEnd,
  reachableFrom,
  sendsPictures,
  type TrackerState,
} from '@safelight/comfyui'
import { memberOf, OUTPUTS_MAX } from '@safelight/shared'
import type { Host } from '../hosts/host.ts'
import { createEarlyOutputs } from '../outputs/early-outputs.ts'
import type { Asked } from './asked.ts'
import { checkedHost } from './claim-check.ts'
import type { CollectDecision, JobDecision } from './decide-job.ts'
import type { Handling } from './handling.ts'
import { findMissed } from './missed-pictures.ts'
import { openKeeping } from './output-keeping.ts'

export interface AttemptOutputs {
  /** Any message of the prompt but a picture. */
  onMessage(message: HostMessage): void
  /** @param nodeId the node that it is of. @returns whether it is a result, and nothing to look at on the way */
  takePicture(message: HostMessage & { type: 'preview' }, nodeId: string | null): boolean
  /**
   * The prompt has ended: what it showed is stored, also what was not heard of it.
   * @returns the decision that follows: a success whose pictures did not arrive is none
   */
  settle(
    end: PromptEnd,
    after: { decision: CollectDecision | JobDecision; tracker: TrackerState },
  ): Promise<CollectDecision | JobDecision>
  /** Texts and pictures for which the record had no room. */
  readonly more: number
  close(): Promise<void>
}

interface Tick {
  value: number
  max: number
}

export function openAttemptOutputs(
  handling: Handling,
  { host, asked }: { host: Host; asked: Asked },
): AttemptOutputs {
  const { deps, writer, log } = handling
  const { workflow } = asked
  const classOf = (nodeId: string) => memberOf(workflow, nodeId)?.class_type ?? ''
  const { hostId } = host
  const { keeping, announce, announceSoon, announced } = openKeeping(handling, { hostId, workflow })
  const early = createEarlyOutputs({
    keeping,
    client: checkedHost(host.client, handling.checkClaim),
    workflow,
    places: asked.places,
    kept: writer.snapshot.outputs,
    retryMs: deps.timings.fetchRetryMs,
    afterMs: deps.timings.earlyOutputMs,
    clock: deps.clock,
    log,
    onOutput: async (kept, file) => (file ? announceSoon(kept, file) : await announce(kept, file)),
  })
  const { targets } = writer.snapshot.limits
  const askedFor = targets && reachableFrom(workflow, targets)
  let cached = new Set<string>()
  /** Runtime id → how far its bar is, and how many pictures came of it. */
  const ticks = new Map<string, Tick>()
  const next = new Map<string, number>()
  let more = 0

  function onTick(node: string, tick: Tick): void {
    if (sendsPictures(classOf(node))) ticks.set(node, tick)
  }

  /** The bar of a node that counts its pictures says which this is, also to who has not seen those before. */
  function indexOf(runtimeId: string): number {
    const counted = Math.trunc(ticks.get(runtimeId)?.value ?? 0)
    const index = Math.max(next.get(runtimeId) ?? 0, Math.min(counted, OUTPUTS_MAX))
    next.set(runtimeId, index + 1)
    return index
  }

  return {
    onMessage(message) {
      switch (message.type) {
        case 'execution_cached':
          cached = new Set(message.nodes)
          return
        case 'progress':
          if (message.node !== null) onTick(message.node, message)
          return
        case 'progress_state':
          for (const node of message.nodes) onTick(node.nodeId, node)
          return
        case 'executed': {
          const { node, displayNode, output } = message
          // of another graph, or of none
          if (displayNode === null) return
          // or of this one, in the host's cache: it lists that, whatever is asked for
          if (askedFor && !askedFor.has(displayNode)) return
          const reused = cached.has(node)
          early.onMade(collectMade({ nodeId: displayNode, runtimeId: node, output, reused }))
          return
        }
        default:
      }
    },
    takePicture({ nodeId: runtimeId, contentType, data }, nodeId) {
      if (nodeId === null || !sendsPictures(classOf(nodeId))) return false
      const runtime_id = runtimeId ?? nodeId
      const index = indexOf(runtime_id)
      early.onPicture({ node_id: nodeId, runtime_id, index, contentType, data })
      return true
    },
    async settle(end, { decision, tracker }) {
      if (decision.action === 'claim_lost' || decision.action === 'hand_back') return decision
      // a cancel is to be confirmed soon, however slow the store is
      const callOff = isHurried(decision)
        ? deps.clock.after(deps.timings.lateOutputsMs, () => void early.close())
        : null
      try {
        more = await early.settle('texts' in end ? (end.texts ?? []) : [])
      } catch (error) {
        if (callOff === null) throw error
        log.info({ err: error }, 'not all that was shown before the end is here')
      } finally {
        callOff?.()
      }
      // a file that is not on record is left to be collected
      await announced().catch((error: unknown) => log.info({ err: error }, 'output not told yet'))
      if (decision.action !== 'collect' || decision.partial) return decision
      const maxOf = (nodeId: string) => ticks.get(nodeId)?.max ?? null
      const { outputs } = writer.snapshot
      return findMissed({ workflow, tracker, outputs, maxOf, more }) ?? decision
    },
    get more() {
      return more
    },
    close: () => early.close(),
  }
}

function isHurried({ action }: CollectDecision | JobDecision): boolean {
  return action === 'cancel' || action === 'fail'
}
