/** What is asked: our API with a fleet that it knows and nobody who takes jobs, and the bare route on the same Redis. */
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { createScope, tellNobody } from '@safelight/runtime'
import { createJobStore, createKeys, type JobStore, NO_NEEDS } from '@safelight/store'
import { childEnv, createProcess, findFreePort, type Process } from '@safelight/testkit'
import { cpuOfAll } from '../meter.ts'
import { openStack, type Stack } from '../stack.ts'
import { trivial } from '../workflows.ts'
import { type Loaded, load } from './load.ts'

export interface Subject {
  url: string
  process: Process
}

export interface Stand {
  stack: Stack
  ours: Subject
  bare: Subject
  /** Puts so many more into the backlog, past the API. */
  fill(count: number): Promise<void>
  close(): Promise<void>
}

export interface Measured extends Loaded {
  /** Of the process that answers, in ms for each. */
  cpuMs: number
}

/** More than any round has. */
const ROOM = '1000000'

export async function openStand(redisBinary: string): Promise<Stand> {
  const scope = createScope('submit')
  try {
    const stack = scope.use(
      await openStack({
        redisBinary,
        speed: 1_000,
        env: { api: { MAX_QUEUE_DEPTH: ROOM, MAX_QUEUE_BYTES: '100gb' } },
      }),
    )
    const { cluster, redis } = stack
    const [api] = cluster.apis
    if (!api) throw new Error('there is no API')
    const port = await findFreePort()
    const bare = createProcess({
      name: 'bare',
      command: execPath,
      args: ['--import', 'tsx', fileURLToPath(new URL('bare-main.ts', import.meta.url))],
      env: { ...childEnv(), REDIS_URL: cluster.redisUrl, PORT: String(port) },
      logDir: cluster.folder,
      isReady: async (told) => (await told()).includes('listening'),
    })
    await scope.use(bare).start()
    const store = createJobStore({ redis, emit: tellNobody, keys: createKeys(cluster.namespace) })
    let filled = 0
    return {
      stack,
      ours: { url: api.url, process: api },
      bare: { url: `http://127.0.0.1:${port}`, process: bare },
      async fill(count) {
        const end = filled + count
        const one = async (): Promise<void> => {
          while (filled < end) await accept(store, filled++)
        }
        await Promise.all(Array.from({ length: 100 }, one))
      },
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

/** Of a hundred owners, as an API would accept it. */
async function accept(store: JobStore, n: number): Promise<void> {
  await store.accept({
    jobId: `filled-${n}-${'0'.repeat(20)}`,
    workflow: trivial(),
    owner: `owner-${n % 100}`,
    pool: null,
    priority: 0,
    cost: 100,
    weight: 1,
    needs: { ...NO_NEEDS, classes: ['EmptyImage', 'SaveImage'] },
    metadata: null,
    idempotencyKey: null,
  })
}

export async function measure(
  { url, process }: Subject,
  requests: readonly Buffer[],
  connections: number,
): Promise<Measured> {
  const before = await cpuOfAll([process])
  const loaded = await load({ url, requests, connections })
  return { ...loaded, cpuMs: ((await cpuOfAll([process])) - before) / requests.length }
}
