/** Puts a simulated ComfyUI together, opens its port, and closes everything again. */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { createClock } from './clock.ts'
import { createDelivery, type SocketInfo } from './delivery/delivery.ts'
import { type Dialect, traitsOf } from './dialect.ts'
import { type Execution, startExecutor } from './executor/executor.ts'
import { createHistory } from './executor/history.ts'
import { createInterruptFlag } from './executor/interrupt.ts'
import { createPromptQueue } from './executor/prompt-queue.ts'
import type { Host } from './executor/prompt-run.ts'
import { createFileStore } from './files/file-store.ts'
import { createOutputCache } from './graph/output-cache.ts'
import { fileRoutes } from './http/file-routes.ts'
import { historyRoutes } from './http/history-routes.ts'
import { infoRoutes } from './http/info-routes.ts'
import { jobRoutes } from './http/job-routes.ts'
import { isForeign } from './http/origin.ts'
import { promptRoutes } from './http/prompt-routes.ts'
import { queueRoutes } from './http/queue-routes.ts'
import { createRequestListener } from './http/router.ts'
import { createNodeClasses } from './nodes/node-classes.ts'
import { createRandom } from './random.ts'

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
  /** Told at the beginning and at the end of each execution. */
  readonly onExecution?: (execution: Execution) => void
}

export interface Simulator {
  readonly url: string
  readonly dialect: Dialect
  /** Every prompt that really began to run: one id twice means it was paid for twice. */
  executions(): Execution[]
  sockets(): SocketInfo[]
  close(): Promise<void>
}

/** ComfyUI refuses larger messages from clients. */
const MAX_CLIENT_MESSAGE_BYTES = 4 * 1024 * 1024

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const dialect = options.dialect ?? '0.33.0'
  const traits = traitsOf(dialect)
  const environment = { traits, files: createFileStore() }
  const classes = createNodeClasses(environment)
  const clock = createClock(options.speed ?? 1)
  const cache = createOutputCache()
  const history = createHistory()
  const interrupt = createInterruptFlag()
  const current: Host['current'] = { clientId: null, lastNodeId: null }

  const queue = createPromptQueue(() => {
    const exec_info = { queue_remaining: queue.remaining() }
    delivery.send('status', { status: { exec_info } }, null)
  })
  const delivery = createDelivery({
    features: traits.features,
    queueRemaining: () => queue.remaining(),
    runningNode: (clientId) => (current.clientId === clientId ? current.lastNodeId : null),
  })
  const host: Host = {
    environment,
    classes,
    delivery,
    clock,
    interrupt,
    random: createRandom(options.seed ?? 1),
    previews: options.previews ?? true,
    loadedModels: new Set(),
    current,
  }
  const executor = startExecutor({
    host,
    queue,
    history,
    cache,
    onExecution: options.onExecution,
  })

  const state = { environment, classes, queue, history, interrupt, memory: executor.memory }
  const routes = [
    ...promptRoutes(state),
    ...queueRoutes(state),
    ...historyRoutes(state),
    ...fileRoutes(state),
    ...jobRoutes(state),
    ...infoRoutes(state),
  ]
  const server = createServer(
    createRequestListener(routes, (request) =>
      isForeign(request, traits.refusesCrossSite) ? 403 : null,
    ),
  )
  const upgrades = new WebSocketServer({ noServer: true, maxPayload: MAX_CLIENT_MESSAGE_BYTES })
  server.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
    const isSocketPath = pathname === '/ws' || pathname === '/api/ws'
    if (!isSocketPath || isForeign(request, traits.refusesCrossSite)) {
      socket.end(`HTTP/1.1 ${isSocketPath ? '403 Forbidden' : '404 Not Found'}\r\n\r\n`)
      return
    }
    upgrades.handleUpgrade(request, socket, head, (webSocket) =>
      delivery.attach(webSocket, searchParams.get('clientId')),
    )
  })

  const url = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', () => {
      server.off('error', reject)
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      resolve(`http://${options.host ?? '127.0.0.1'}:${port}`)
    })
  })

  return {
    url,
    dialect,
    executions: executor.executions,
    sockets: delivery.sockets,
    async close() {
      clock.close()
      delivery.close()
      upgrades.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}
