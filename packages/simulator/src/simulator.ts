/** A simulated ComfyUI on a port: one boot after the other behind the same address. */
import { createServer, type Server } from 'node:http'
import { type Boot, startBoot } from './boot.ts'
import type { SocketInfo } from './delivery/delivery.ts'
import { type Dialect, type DialectTraits, MAX_UPLOAD_BYTES, traitsOf } from './dialect.ts'
import {
  createExecutionLog,
  type Execution,
  type ExecutionEvent,
} from './executor/execution-log.ts'
import { createFaultState, type FaultSwitches } from './faults/fault-switches.ts'
import type { Faults } from './faults/faults.ts'
import { createFileStore } from './files/file-store.ts'
import { createUserData } from './files/user-data.ts'
import { acceptSockets } from './http/accept-sockets.ts'
import { denialOf, deny } from './http/denial.ts'
import type { SentTick } from './executor/progress.ts'
import { CONTROL_PATH, controlRoutes } from './http/control-routes.ts'
import { delayAnswer } from './http/respond.ts'
import { createRequestListener } from './http/router.ts'
import { createModelFiles, type ModelFiles } from './nodes/models.ts'
import type { ModelMemory } from './nodes/loaded-models.ts'
import { createNodeClasses } from './nodes/node-classes.ts'
import { createReceivedPrompts, type ReceivedPrompt } from './received-prompts.ts'
import { createRecent } from './recent.ts'

export interface SimulatorOptions {
  /** 0: any free port. */
  readonly port?: number
  readonly host?: string
  readonly dialect?: Dialect
  /** 1: as slow as a real GPU; 10: ten times faster; Infinity: no waiting at all. */
  readonly speed?: number
  /** For what ComfyUI leaves to chance, the names of temp files. */
  readonly seed?: number
  readonly previews?: boolean
  /** What /system_stats says the GPU has. */
  readonly vramGb?: number
  /** How many models have room, and what loading one takes. */
  readonly modelMemory?: ModelMemory
  readonly faults?: Partial<Faults>
  /** What an upload may have at most, in place of 100 MB. */
  readonly maxUploadBytes?: number
  /** Folder → its model files, in place of the usual ones. */
  readonly models?: Readonly<Record<string, readonly string[]>>
  /** Told at each start and end of an execution. */
  readonly onExecution?: (event: ExecutionEvent) => void
  /** What `exitDuring` does; a restart, unless there is a process to end. */
  readonly exit?: () => void
}

export interface Simulator {
  readonly url: string
  readonly dialect: Dialect
  readonly faults: FaultSwitches
  /** Files may come and go while it runs. */
  readonly models: ModelFiles
  /** The prompts that really began to run, across restarts: one id twice means it was paid for twice. */
  executions(): Execution[]
  /** What was posted to /prompt, to the letter; the latest hundred. */
  prompts(): ReceivedPrompt[]
  sockets(): SocketInfo[]
  /** The models that were loaded, in order; one that was in place still is not among them. */
  loads(): string[]
  /** What was uploaded, in order: the names under which it is kept. */
  uploads(): string[]
  /** How often POST /free was called. */
  freed(): number
  /** How often GET /object_info was asked for everything: newer servers scan all their folders for it. */
  described(): number
  /** As if the process had been killed and started again at once: only files in input and output remain. */
  restart(): void
  close(): Promise<void>
}

const DEFAULT_VRAM_GB = 24
const GB = 1024 ** 3
/** Of models and uploads, far more than a test looks at. */
const MOST_NAMES = 50_000
const MOST_TICKS = 5_000

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const dialect = options.dialect ?? '0.33.0'
  const traits = withMaxUpload(traitsOf(dialect), options.maxUploadBytes)
  const models = createModelFiles(options.models)
  const environment = { traits, files: createFileStore(), models }
  const userData = createUserData()
  const executions = createExecutionLog((event) => options.onExecution?.(event))
  const received = createReceivedPrompts()
  const loads = createRecent<string>(MOST_NAMES)
  const uploads = createRecent<string>(MOST_NAMES)
  const ticks = createRecent<SentTick>(MOST_TICKS)
  let freed = 0
  let described = 0

  const faults = createFaultState(options.faults ?? {}, {
    changed: () => boot.flush(),
    wipeHistory: () => boot.wipeHistory(),
    loseInputs: () => environment.files.empty('input'),
  })
  const start = (): Boot =>
    startBoot({
      environment,
      userData,
      classes,
      executions,
      faults,
      exitIfDue(moment) {
        if (faults.get().exitDuring !== moment) return
        faults.set({ exitDuring: 'none' })
        exit()
        throw new Error('the process is gone')
      },
      freed: () => freed++,
      described: () => described++,
      received: received.add,
      modelMemory: options.modelMemory ?? {},
      loaded: loads.add,
      ticked: ticks.add,
      uploaded: uploads.add,
      maxUploadBytes: options.maxUploadBytes ?? MAX_UPLOAD_BYTES,
      speed: options.speed ?? 1,
      seed: options.seed ?? 1,
      previews: options.previews ?? true,
      vramBytes: (options.vramGb ?? DEFAULT_VRAM_GB) * GB,
    })
  const restart = (): void => {
    boot.end()
    server.closeAllConnections()
    boot = start()
  }
  const exit = options.exit ?? restart
  const classes = createNodeClasses(environment)
  let boot = start()

  const control = createRequestListener(
    controlRoutes({
      faults,
      models,
      executions,
      freed: () => freed,
      loads: loads.list,
      uploads: uploads.list,
      described: () => described,
      prompts: received.list,
      ticks: ticks.list,
    }),
    () => null,
  )
  const server = createServer((request, response) => {
    if (request.url?.startsWith(CONTROL_PATH)) return control(request, response)
    const denial = denialOf(request, faults.get())
    if (denial !== null) return deny(response, denial)
    const { slowHttp } = faults.get()
    if (slowHttp > 0) delayAnswer(response, slowHttp)
    boot.answer(request, response)
  })
  const upgrades = acceptSockets(server, {
    refusesCrossSite: traits.refusesCrossSite,
    refusalOf: (request) => (faults.get().wsRefused ? 503 : denialOf(request, faults.get())),
    attach: (socket, clientId) => boot.attach(socket, clientId),
  })

  return {
    url: await listen(server, options.port ?? 0, options.host ?? '127.0.0.1'),
    dialect,
    faults: { get: faults.get, set: faults.set, clear: faults.clear },
    models,
    executions: () => executions.list(),
    prompts: () => received.list(),
    sockets: () => boot.sockets(),
    loads: () => loads.list(),
    uploads: () => uploads.list(),
    freed: () => freed,
    described: () => described,
    restart,
    async close() {
      boot.end()
      upgrades.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function withMaxUpload(traits: DialectTraits, maxUploadBytes?: number): DialectTraits {
  if (maxUploadBytes === undefined || !traits.features) return traits
  return { ...traits, features: { ...traits.features, max_upload_size: maxUploadBytes } }
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      const bound = typeof address === 'object' && address ? address.port : 0
      resolve(`http://${host}:${bound}`)
    })
  })
}
