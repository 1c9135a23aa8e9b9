/** What holds behind any balancer, as deploy/ configures it: two APIs of which one dies, one is replaced, and nobody minds. */
import { get } from 'node:http'
import { assetViewSchema } from '@safelight/shared'
import { type Cluster, readSse, startCluster } from '@safelight/testkit'
import { takeNamespace } from '@safelight/testkit/vitest'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { cancel, endOf, getJob, submit, whenExecuting } from '../testing/client.ts'
import { finalOf } from '../testing/follower.ts'
import { followBySocket } from '../testing/follow-socket.ts'
import { followBySse } from '../testing/follow-sse.ts'
import { outcomesOf } from '../testing/hosts.ts'
import { QUICK_WORKER } from '../testing/quick-cluster.ts'
import { slow } from '../testing/workflows.ts'
import { type Balancer, type BalancerName, lacks, startBalancer } from './balancer.ts'
import { startTraffic } from './traffic.ts'

/** Of each API. */
const STREAMS = 4
/** At once: some to either API. */
const CALLS = 12
const LARGE_BYTES = 4 * 1024 * 1024
const BEHIND_PROXY = {
  TRUST_PROXY: '1',
  // what deploy/haproxy needs to notice, and a little more
  SHUTDOWN_DELAY: '1500ms',
  MAX_STREAMS_PER_CLIENT: String(STREAMS),
}

export function describeBalancer(name: BalancerName): void {
  describe.skipIf(lacks(name))(`two APIs behind ${name} (needs ${name}, which is not here)`, () => {
    let cluster: Cluster
    let front: Balancer
    let isGreen = true
    beforeAll(async () => {
      cluster = await startCluster({
        redis: { url: inject('redisUrl') },
        namespace: takeNamespace(),
        apis: 2,
        speed: 1,
        env: { api: BEHIND_PROXY, worker: QUICK_WORKER },
        isToKeep: () => !isGreen,
      })
      front = await startBalancer(name, cluster)
    })
    afterAll(async () => {
      await front?.close()
      await cluster?.close()
    })

    it('tell events as they happen, and take large files', async ({ onTestFailed }) => {
      onTestFailed(() => void (isGreen = false))
      const { id } = await submit(front.url, slow({ steps: 100, seconds: 0.1 }))
      const form = new FormData()
      form.set('content_type', 'application/octet-stream')
      form.set('file_path', 'large.bin')
      form.set('file', new Blob([Buffer.alloc(LARGE_BYTES, 7)]), 'large.bin')
      const uploaded = await fetch(`${front.url}/api/v2/assets`, { method: 'POST', body: form })
      expect(uploaded.status).toBe(201)
      const asset = assetViewSchema.parse(await uploaded.json())
      const content = await fetch(`${front.url}/api/v2/assets/${asset.id}/content`)
      expect((await content.arrayBuffer()).byteLength).toBe(LARGE_BYTES)

      const stream = await fetch(`${front.url}/api/v2/jobs/${id}/events`)
      let steps = 0
      for await (const { event } of readSse(stream)) {
        if (event === 'progress') steps += 1
        if (steps >= 5) break
      }
      // one that is collected until the stream ends would be told of after the end
      expect((await getJob(front.url, id)).status).toBe('running')
      await cancel(front.url, id)
      expect((await endOf(front.url, id)).status).toBe('canceled')
    }, 60_000)

    it('count clients by their own address, whatever they write', async ({ onTestFailed }) => {
      onTestFailed(() => void (isGreen = false))
      const { id } = await submit(front.url, slow({ steps: 600, seconds: 0.2 }))
      const open = streamsOf(`${front.url}/api/v2/jobs/${id}/events`)
      try {
        const statuses: number[] = []
        while (statuses.filter((status) => status === 200).length < 2 * STREAMS) {
          expect(statuses.length).toBeLessThan(8 * STREAMS)
          statuses.push(await open('127.0.0.1'))
        }
        for (const _ of cluster.apis) {
          expect(await open('127.0.0.1')).toBe(429)
          expect(await open('127.0.0.1', { 'x-forwarded-for': '198.51.100.7' })).toBe(429)
          expect(await open('127.0.0.2')).toBe(200)
        }
      } finally {
        open.close()
        await cancel(front.url, id)
      }
      const answer = await fetch(`${front.url}/api/v2/assets?limit=1`, {
        headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' },
      })
      const text = await answer.text()
      expect(text).toContain(front.url)
      expect(text).not.toMatch(/evil|gopher/)
    }, 60_000)

    it('lose nothing and nobody when one is killed, and the other is replaced', async ({
      onTestFailed,
    }) => {
      onTestFailed(() => void (isGreen = false))
      const before = (await outcomesOf(cluster.simulators)).length
      const { id: jobId } = await submit(front.url, slow({ steps: 80, seconds: 0.1 }))
      const follow = {
        jobId,
        pickUrl: () => front.url,
        eventsUntilDrop: () => Infinity,
        signal: AbortSignal.timeout(50_000),
      }
      // two of each: whichever API goes, somebody is with it
      const following = [followBySocket, followBySocket, followBySse, followBySse]
      const watching = Promise.all(following.map((run) => run(follow)))
      await whenExecuting(front.url, jobId)
      const traffic = startTraffic(front.url, jobId)
      const [first, second] = cluster.apis
      if (!first || !second) throw new Error('two APIs were asked for')
      // what it has in hand when it dies it has certainly not answered
      await first.kill('SIGSTOP')
      const submitting = traffic.submitAtOnce(CALLS)
      await expect.poll(() => submitting.answered()).toBeGreaterThan(0)
      expect(submitting.answered()).toBeLessThan(CALLS)
      await first.kill('SIGKILL')
      await submitting.done
      await first.start()
      const back = traffic.asked()
      await expect.poll(() => traffic.asked()).toBeGreaterThan(back + 50)
      await second.kill('SIGTERM')
      expect(await second.ended()).toBe(0)
      const watched = await watching
      await traffic.stop()
      expect(traffic.faults).toEqual([])

      const final = finalOf(await getJob(front.url, jobId))
      expect(final.status).toBe('succeeded')
      for (const each of watched) {
        expect(each.disorder).toEqual([])
        expect(each.final).toEqual(final)
      }
      const connections = watched.map((each) => each.connections)
      expect(Math.max(...connections)).toBeGreaterThan(1)
      expect(traffic.jobs.length).toBeGreaterThan(CALLS)
      expect(new Set(traffic.jobs).size).toBe(traffic.jobs.length)
      for (const id of traffic.jobs) expect((await endOf(front.url, id)).status).toBe('succeeded')
      // each of them once
      const outcomes = (await outcomesOf(cluster.simulators)).slice(before)
      expect(outcomes).toEqual(Array(traffic.jobs.length + 1).fill('success'))
    }, 90_000)
  })
}

/** Opens streams, each from the address of this machine that is asked for, and tells their status. */
function streamsOf(url: string) {
  const requests = new Set<{ destroy(): void }>()
  const open = (localAddress: string, headers: Record<string, string> = {}) =>
    new Promise<number>((resolve, reject) => {
      const request = get(url, { localAddress, headers, agent: false }, (answer) => {
        answer.on('error', () => undefined).resume()
        resolve(answer.statusCode ?? 0)
      })
      request.on('error', reject)
      requests.add(request)
    })
  return Object.assign(open, {
    close: () => {
      for (const request of requests) request.destroy()
    },
  })
}
