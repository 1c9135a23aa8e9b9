import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHttp } from '../http/request.ts'
import { createBarMemory } from './bar-memory.ts'
import { createSharedWatch, type SharedWatch } from './shared-watch.ts'
import { createFallback } from './fallback.ts'
import { createSubscriber } from './subscriber.ts'

/** A server that never answers: what is tried is what counts. */
function openFallback(count: number) {
  const asked: string[] = []
  const http = createHttp({
    baseUrl: 'http://127.0.0.1',
    token: () => undefined,
    fetch(input) {
      asked.push(input instanceof Request ? input.url : input.toString())
      return new Promise(() => undefined)
    },
  })
  const jobs = Array.from({ length: count }, (_, n) => watched(`job-${n}`))
  const fallback = createFallback({ http, all: () => jobs, onLost: () => undefined })
  return { fallback, jobs, asked }
}

function watched(jobId: string): SharedWatch {
  const watch = createSharedWatch(jobId)
  watch.subscribers.add(
    createSubscriber({ onUpdate: () => undefined }, createBarMemory(), () => undefined),
  )
  return watch
}

describe('streams in the place of the socket', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('do not wait for anything when nothing is watched', () => {
    const { fallback } = openFallback(0)
    fallback.begin()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('open after a moment, four at most: a browser gives no more connections', async () => {
    const { fallback, asked } = openFallback(6)
    fallback.begin()
    expect(asked).toEqual([])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(asked).toHaveLength(4)
    expect(asked[0]).toBe('http://127.0.0.1/api/v2/jobs/job-0/events?format=native&previews=false')
    fallback.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('open at once for a job that comes later, while the socket is still away', async () => {
    const { fallback, jobs, asked } = openFallback(1)
    fallback.begin()
    await vi.advanceTimersByTimeAsync(2_000)
    jobs.push(watched('late'))
    fallback.begin()
    expect(asked.at(-1)).toContain('/jobs/late/events')
    expect(asked).toHaveLength(2)
    fallback.close()
  })

  it('do not open when the socket is back in time', async () => {
    const { fallback, asked } = openFallback(2)
    fallback.begin()
    await vi.advanceTimersByTimeAsync(1_500)
    fallback.pause()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(asked).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
