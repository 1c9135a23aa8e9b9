/**
 * The tickets of all queues, on a page: Bull Board on the admin port. It is for looking only: moving a ticket by hand
 * breaks what the backlog promises, so its buttons are off, and the admin port takes nothing but GET and HEAD.
 */
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { type Clock, remember } from '@safelight/runtime'
import {
  ANY_POOL,
  ask,
  HOST_STAGES,
  type HostRegistry,
  hostQueueOf,
  intakeQueueOf,
  type Keys,
  type Queues,
} from '@safelight/store'
import type { AdminMount } from '@safelight/telemetry'
import express, { type RequestHandler } from 'express'
import type { Redis } from 'ioredis'

export interface QueueBoardDeps {
  redis: Redis
  keys: Pick<Keys, 'pools'>
  hosts: Pick<HostRegistry, 'list'>
  queues: Pick<Queues, 'get'>
  clock: Clock
}

const PATH = '/queues'
/** A page with more is of no use to anybody. */
const MAX_QUEUES = 300
/** The page asks every few seconds; hosts come and go less often. */
const MAX_AGE_MS = 5_000

export function createQueueBoard(deps: QueueBoardDeps): AdminMount {
  const server = new ExpressAdapter().setBasePath(PATH)
  const board = createBullBoard({
    queues: [],
    serverAdapter: server,
    options: {
      // our workers take tickets over connections that BullMQ does not know by name: it would say that there are none
      uiConfig: { boardTitle: 'Safelight', hideRedisDetails: true, showWorkers: false },
    },
  })
  // its own would tell the message of whatever was thrown; ours logs it
  server.setErrorHandler((error) => {
    throw error
  })
  const { get: listQueues } = remember(async () => openAll(deps), {
    clock: deps.clock,
    maxAgeMs: MAX_AGE_MS,
  })
  // queues come and go with hosts and pools
  const update: RequestHandler = async (_request, _response, next) => {
    board.replaceQueues(await listQueues())
    next()
  }
  const mount = express()
  mount.use(staysHere)
  mount.use('/api', update)
  mount.use(server.getRouter())
  return {
    path: PATH,
    summary: 'Tickets on the queues of pools and hosts (to look at only)',
    mount,
  }
}

/** The page asks the net for a font; it does without. */
const staysHere: RequestHandler = (_request, response, next) => {
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
  )
  next()
}

async function openAll({ redis, keys, hosts, queues }: QueueBoardDeps): Promise<BullMQAdapter[]> {
  const [pools, views] = await Promise.all([ask(redis.smembers(keys.pools)), hosts.list()])
  const names = [
    ...[...new Set([ANY_POOL, ...pools])].map(intakeQueueOf),
    ...views.flatMap(({ id }) => HOST_STAGES.map((stage) => hostQueueOf(id, stage))),
  ]
  const shown = names.toSorted().slice(0, MAX_QUEUES)
  return Promise.all(
    shown.map(async (name) => new BullMQAdapter(await queues.get(name), { readOnlyMode: true })),
  )
}
