/** Clients that do not keep up, beside clients that do. */
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { endOf, getJob, submit, whenExecuting } from '../testing/client.ts'
import { type Cluster, startCluster } from '../testing/cluster.ts'
import { finalOf } from '../testing/follower.ts'
import { followBySocket } from '../testing/follow-socket.ts'
import { followBySse } from '../testing/follow-sse.ts'
import { residentBytes } from '../testing/memory.ts'
import { slow } from '../testing/workflows.ts'

const STUCK = 200
/** Far less than what these clients would be owed by then. */
const GROWTH_BYTES = 60 * 1024 * 1024

describe('client slow or gone', () => {
  let cluster: Cluster
  const sockets: Socket[] = []
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await cluster.close()
  })

  it('costs the API a bounded buffer, and nobody else notices', async () => {
    cluster = await startCluster({
      redis: { url: inject('redisUrl') },
      speed: 1,
      env: { api: { MAX_STREAMS_PER_CLIENT: '1000' } },
    })
    const [api] = cluster.apis
    if (!api) throw new Error('no API')
    const { id: jobId } = await submit(api.url, slow({ steps: 100, seconds: 0.1 }))
    await whenExecuting(api.url, jobId)
    const before = await residentBytes(api)
    for (let n = 0; n < STUCK; n += 1) sockets.push(neverRead(api.url, jobId))
    const gone = neverRead(api.url, jobId)
    gone.destroy()

    const follow = {
      jobId,
      pickUrl: () => api.url,
      eventsUntilDrop: () => Infinity,
      signal: AbortSignal.timeout(40_000),
    }
    const seen = await Promise.all([followBySocket(follow), followBySse(follow)])
    const record = finalOf(await getJob(api.url, jobId))
    for (const { final, connections, disorder } of seen) {
      expect({ final, connections, disorder }).toEqual({
        final: record,
        connections: 1,
        disorder: [],
      })
    }
    expect((await residentBytes(api)) - before).toBeLessThan(GROWTH_BYTES)
    const next = await submit(api.url, slow({ steps: 1, seconds: 0.01 }))
    expect((await endOf(api.url, next.id)).status).toBe('succeeded')
  }, 60_000)
})

/** Asks for an event stream with previews, and never takes a byte of it. */
function neverRead(url: string, jobId: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.pause()
  socket.on('error', () => undefined)
  socket.write(`GET /api/v2/jobs/${jobId}/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
  return socket
}
