/** What one run of a node may touch. */
import { textFrame } from '../delivery/frames.ts'
import { createGraphBuilder } from '../graph/graph-builder.ts'
import type { NodeContext } from '../nodes/node-class.ts'
import { createPause } from '../picture/slices.ts'
import { createProgressBar } from './progress-bar.ts'
import type { SimulatedHost, PromptRun } from './prompt-run.ts'

export interface NodeCall {
  readonly nodeId: string
  /** Which item of a list this run is for: part of the ids of nodes it adds. */
  readonly index: number
}

export function createNodeContext(
  host: SimulatedHost,
  run: PromptRun,
  call: NodeCall,
): NodeContext {
  const { nodeId, index } = call
  let builders = 0

  return {
    ...host.environment,
    files: {
      ...host.environment.files,
      write(item, content) {
        host.exitIfDue('saving')
        host.environment.files.write(item, content)
      },
    },
    nodeId,
    graph: run.graph,
    extraData: run.extraData,
    random: host.random,
    loadedModels: host.loadedModels,
    scenes: host.scenes,
    pause: createPause(() => host.clock.yield()),
    hasListener: () => host.delivery.hasListener(run.clientId),
    previews: host.previews,
    sleep: createSleep(host),
    progressBar: (max) =>
      createProgressBar({
        max,
        throttled: host.environment.traits.throttledTicks,
        send(tick) {
          run.progress.tick(nodeId, tick)
          host.exitIfDue('execution')
        },
        throwIfInterrupted: host.interrupt.throwIfRaised,
      }),
    throwIfInterrupted: host.interrupt.throwIfRaised,
    runsOutOfMemory: () => host.faults.spend('outOfMemory'),
    sendText: (text) => host.delivery.sendBinary(textFrame(nodeId, text), run.clientId),
    announceActivity: (activity) => run.progress.activity(nodeId, activity),
    broadcastText: (id, text) => host.delivery.sendBinary(textFrame(id, text), null),
    builder: () => createGraphBuilder(`${nodeId}.${index}.${builders++}.`),
  }
}

/** How often a node that is held looks whether it may go on. */
const HELD_LOOK_MS = 5

function createSleep(host: SimulatedHost): NodeContext['sleep'] {
  const pace = host.clock.pacer()
  return async (ms) => {
    await pace(ms)
    while (host.faults.get().held && !host.interrupt.isRaised())
      await host.clock.sleepReal(HELD_LOOK_MS)
  }
}
