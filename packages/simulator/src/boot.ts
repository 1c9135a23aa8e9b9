/** One life of the simulated ComfyUI, from start to end of its process: what a restart replaces. */
import type { RequestListener } from 'node:http'
import type { WebSocket } from 'ws'
import { createClock } from './clock.ts'
import { createDelivery, type Delivery, type SocketInfo } from './delivery/delivery.ts'
import type { ExecutionLog } from './executor/execution-log.ts'
import { startExecutor } from './executor/executor.ts'
import { createHistory } from './executor/history.ts'
import { createInterruptFlag } from './executor/interrupt.ts'
import { createPromptQueue } from './executor/prompt-queue.ts'
import { createServerLog } from './executor/server-log.ts'
import type { SimulatedHost } from './executor/prompt-run.ts'
import type { FaultState } from './faults/fault-switches.ts'
import { createOutputCache } from './graph/output-cache.ts'
import type { UserData } from './files/user-data.ts'
import { fileRoutes } from './http/file-routes.ts'
import { historyRoutes } from './http/history-routes.ts'
import { infoRoutes } from './http/info-routes.ts'
import { internalRoutes, LOG_SIZE } from './http/internal-routes.ts'
import { jobRoutes } from './http/job-routes.ts'
import { modelRoutes } from './http/model-routes.ts'
import { isForeign } from './http/origin.ts'
import { promptRoutes } from './http/prompt-routes.ts'
import { queueRoutes } from './http/queue-routes.ts'
import { createRequestListener } from './http/router.ts'
import { userRoutes } from './http/user-routes.ts'
import { createLoadedModels, type ModelMemory } from './nodes/loaded-models.ts'
import type { NodeDefinitions } from './nodes/node-classes.ts'
import type { NodeEnvironment } from './nodes/node-class.ts'
import { createScenes } from './picture/scenes.ts'
import { createRandom } from './random.ts'
import type { Json } from './record.ts'
import type { ReceivedPrompt } from './received-prompts.ts'
import type { SentTick } from './executor/progress.ts'

/** What outlives a restart. */
export interface BootOptions {
  readonly environment: NodeEnvironment
  readonly userData: UserData
  readonly classes: NodeDefinitions
  readonly executions: ExecutionLog
  readonly faults: FaultState
  readonly exitIfDue: SimulatedHost['exitIfDue']
  readonly freed: () => void
  readonly described: () => void
  readonly received: (prompt: ReceivedPrompt) => void
  readonly modelMemory: ModelMemory
  readonly loaded: (model: string) => void
  readonly ticked: (tick: SentTick) => void
  readonly uploaded: (name: string) => void
  readonly maxUploadBytes: number
  readonly speed: number
  readonly seed: number
  readonly previews: boolean
  readonly vramBytes: number
}

export interface Boot {
  readonly answer: RequestListener
  attach(socket: WebSocket, clientId: string | null): void
  readonly sockets: () => SocketInfo[]
  wipeHistory(): void
  /** Lets go what a blocked delivery held back, once it is no longer blocked. */
  flush(): void
  /** At once, and as rudely as a process ends: sockets are cut, the running prompt stops where it is. */
  end(): void
}

/** From POST /prompt to the first message of the prompt: real servers never took less. */
const ANSWER_MS = 5
/** A client reads an answer in several turns of its loop. */
const ANSWER_TURNS = 20

/** What another client of the same host might call its own. */
const FOREIGN_METADATA = { workflow_id: 'someone-else', tenant: 'studio-b', attempt: 7 }

/** Messages about a prompt say their own first: a client's key never hides one of them. */
function withMetadata(delivery: Delivery, metadata: () => Json): Delivery {
  return {
    ...delivery,
    send: (type, data, to) =>
      delivery.send(type, 'prompt_id' in data ? { ...metadata(), ...data } : data, to),
  }
}

export function startBoot(options: BootOptions): Boot {
  const { environment, classes, faults } = options
  const { traits } = environment
  const clock = createClock(options.speed)
  const cache = createOutputCache()
  const history = createHistory()
  const interrupt = createInterruptFlag(() => faults.spend('lostInterrupts'))
  const current: SimulatedHost['current'] = {
    clientId: null,
    lastNodeId: null,
    metadata: {},
  }
  environment.files.empty('temp')

  const queue = createPromptQueue({
    diesOfDuplicates: traits.diesOfDuplicates,
    changed() {
      const exec_info = { queue_remaining: queue.remaining() }
      delivery.send('status', { status: { exec_info } }, null)
    },
    async untilAnswered(putAtMs) {
      const leftMs = putAtMs + ANSWER_MS - performance.now()
      if (leftMs > 0) await clock.sleepReal(Math.ceil(leftMs))
      // after a stall the time is over before anybody in this process has had a turn to read the answer
      for (let turn = 0; turn < ANSWER_TURNS; turn++) await clock.yield()
    },
  })
  const delivery = createDelivery({
    features: traits.features,
    queueRemaining: () => queue.remaining(),
    runningNode: (clientId) => (current.clientId === clientId ? current.lastNodeId : null),
    faults: faults.get,
  })
  const log = createServerLog((clientId, entry) =>
    delivery.send('logs', { entries: [entry], size: LOG_SIZE }, clientId),
  )
  log.print(`ComfyUI version: ${traits.comfyuiVersion}`)
  const metadata = (): Json => ({
    ...(faults.get().foreignMetadata ? FOREIGN_METADATA : {}),
    ...current.metadata,
  })
  const host: SimulatedHost = {
    environment,
    classes,
    delivery: withMetadata(delivery, metadata),
    metadata,
    clock,
    interrupt,
    faults,
    exitIfDue(moment) {
      // What other threads still finish for a server that has ended must leave no trace.
      if (clock.closed) throw new Error('the process is gone')
      options.exitIfDue(moment)
    },
    random: createRandom(options.seed),
    scenes: createScenes(),
    previews: options.previews,
    loadedModels: createLoadedModels(options.modelMemory, options.loaded),
    ticked: options.ticked,
    current,
  }
  const { memory } = startExecutor({
    host,
    queue,
    history,
    cache,
    executions: options.executions,
    log,
  })
  const { vramBytes, freed, described, received, uploaded, maxUploadBytes, userData } = options
  const state = {
    environment,
    classes,
    queue,
    history,
    interrupt,
    memory,
    faults,
    vramBytes,
    userData,
    log,
    freed,
    described,
    received,
    uploaded,
    maxUploadBytes,
  }
  const routes = [
    ...promptRoutes(state),
    ...queueRoutes(state),
    ...historyRoutes(state),
    ...fileRoutes(state),
    ...jobRoutes(state),
    ...infoRoutes(state),
    ...modelRoutes(state),
    ...userRoutes(state),
    ...internalRoutes(state),
  ]
  return {
    answer: createRequestListener(routes, (request) =>
      isForeign(request, traits.refusesCrossSite) ? 403 : null,
    ),
    attach: (socket, clientId) => delivery.attach(socket, clientId),
    sockets: delivery.sockets,
    wipeHistory: () => history.clear(),
    flush: () => delivery.flush(),
    end() {
      clock.close()
      delivery.close()
    },
  }
}
