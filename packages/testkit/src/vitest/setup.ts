/** Runs before each test file: what a file leaves open or behind is a failure of that file. */
import { afterAll, beforeAll, inject } from 'vitest'
import { until } from '../until.ts'
import './end-with-run.ts'
import { watchForRed } from './red.ts'
import { takenNamespaces } from './take-namespace.ts'

/** What keeps an event loop alive and is never there by itself; timers come and go with idle connections. */
const WATCHED = ['TCPServerWrap', 'ProcessWrap', 'FSEvent']
/** A server that was told to close ends its last connections first. */
const SETTLE_MS = 3_000

function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => WATCHED.includes(kind))
}

watchForRed()

let before = 0
beforeAll(() => {
  before = openHandles().length
})

afterAll(async () => {
  await until(() => openHandles().length <= before, {
    what: () => `left open: ${openHandles().join(', ')}`,
    withinMs: SETTLE_MS,
  })
})

afterAll(async () => {
  const namespaces = takenNamespaces()
  if (namespaces.length === 0) return
  // here and not above: most files need no Redis
  const { listKeys, withRedis } = await import('../namespace.ts')
  const left = await withRedis(inject('redisUrl'), (redis) =>
    Promise.all(namespaces.map((namespace) => listKeys(redis, namespace))),
  )
  if (left.flat().length > 0)
    throw new Error(`keys left behind in Redis: ${left.flat().join(', ')}`)
})
