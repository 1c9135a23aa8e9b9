import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHttp } from '../http/request.ts'
import { type Channel, createChannel } from './channel.ts'
import { createFallback } from './fallback.ts'
import { createFollower } from './follower.ts'

/** A server that never answers: what is tried is what counts. */
function openFallback(jobs: number) {
  const asked: string[] = []
  const http = createHttp({
    baseUrl: 'http://127.0.0.1',
    token: () => undefined,
    fetch(input) {
      asked.push(input instanceof Request ? input.url : input.toString())
      return new Promise(() => undefined)
    },
  })
  const channels: Channel[] = Array.from({ length: jobs }, (_, n) => {
    const channel = createChannel(`job-${n}`)
    channel.followers.add(createFollower({ onUpdate: () => undefined }, () => undefined))
    return channel
  })
  const fallback = createFallback({ http, all: () => channels, onLost: () => undefined })
  return { fallback, channels, asked }
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
