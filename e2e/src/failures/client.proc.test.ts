/** Clients that do not keep up, beside clients that do. */
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endOf, getJob, submit } from '../testing/client.ts'
import { openQuickCluster } from '../testing/quick-cluster.ts'
import { heldBytes, TELLS_MEMORY } from '@safelight/testkit'
import { finalOf } from '../testing/follower.ts'
import { followBySocket } from '../testing/follow-socket.ts'
import { followBySse } from '../testing/follow-sse.ts'
import { previewing, slow } from '../testing/workflows.ts'

const STUCK = 200
const MEGABYTE = 1024 * 1024
/** What may wait for one of them: a quarter of a megabyte, what is on its way to the kernel, and the objects around it. */
const PER_CLIENT = MEGABYTE / 2

describe('client slow or gone', () => {
  it('costs the API a bounded buffer, and nobody else notices', async (context) => {
    const cluster = await openQuickCluster(
      { speed: 1, env: { api: { MAX_STREAMS_PER_CLIENT: '1000', ...TELLS_MEMORY } } },
      context,
    )
    const [api] = cluster.apis
    if (!api) throw new Error('no API')
    // what a process takes for its first job is not what clients cost
    await countBytes(api.url, (await submit(api.url, previewing({ frames: 8, size: 512 }))).id)
    const { id: jobId } = await submit(api.url, previewing({ frames: 120, size: 512 }))
    const before = await heldBytes(api)
    const sockets = Array.from({ length: STUCK }, () => neverRead(api.url, jobId))
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
    neverRead(api.url, jobId).destroy()

    const follow = {
      jobId,
      pickUrl: () => api.url,
      eventsUntilDrop: () => Infinity,
      signal: AbortSignal.timeout(60_000),
    }
    const [bytes, ...seen] = await Promise.all([
      countBytes(api.url, jobId),
      followBySocket(follow),
      followBySse(follow),
    ])
    const record = finalOf(await getJob(api.url, jobId))
    for (const { final, connections, disorder } of seen) {
      expect({ final, connections, disorder }).toEqual({
        final: record,
        connections: 1,
        disorder: [],
      })
    }
    const owed = bytes * STUCK
    expect(owed).toBeGreaterThan(250 * MEGABYTE)
    // how much of it the kernel takes off its hands is not ours to say
    expect((await heldBytes(api)) - before).toBeLessThan(STUCK * PER_CLIENT)
    const next = await submit(api.url, slow({ steps: 1, seconds: 0.01 }))
    expect((await endOf(api.url, next.id)).status).toBe('succeeded')
  })
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

/** What a client that keeps up is sent until the end of the job, previews included. */
async function countBytes(url: string, jobId: string): Promise<number> {
  const answer = await fetch(`${url}/api/v2/jobs/${jobId}/events`)
  let bytes = 0
  for await (const chunk of answer.body ?? []) bytes += chunk.byteLength
  return bytes
}
