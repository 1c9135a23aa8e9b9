import '../testing/dom.ts'
import { act, cleanup, renderHook } from '@testing-library/react'
import { createElement, type ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RequestError } from '../errors.ts'
import { createDrivenClient, type DrivenClient } from '../testing/driven-client.ts'
import {
  completeOf,
  connectedOf,
  eventOf,
  outputOf,
  progressOf,
  updateOf,
} from '../testing/jobs.ts'
import { countObjectUrls, type ObjectUrls } from '../testing/object-urls.ts'
import { SafelightProvider } from './context.ts'
import { type GenerationOptions, useGeneration } from './use-generation.ts'

let client: DrivenClient
let urls: ObjectUrls
beforeEach(() => {
  client = createDrivenClient({ cancel: () => Promise.reject(new RequestError('unavailable', '')) })
  urls = countObjectUrls()
})
afterEach(() => {
  cleanup()
  urls.restore()
})

interface Props extends GenerationOptions {
  jobId: string | null
}

function render(props: Props, reactStrictMode = false) {
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(SafelightProvider, { client }, children)
  const { result, ...rest } = renderHook(
    ({ jobId, ...options }: Props) => useGeneration(jobId, options),
    {
      wrapper,
      initialProps: props,
      reactStrictMode,
    },
  )
  return { now: () => result.current, ...rest }
}

const update = (value: number, jobId = 'job') =>
  updateOf({ jobId, progress: progressOf({ value }) })

describe('a watched job', () => {
  it('is nothing without an id', () => {
    const { now } = render({ jobId: null })
    expect(now()).toMatchObject({
      update: null,
      status: null,
      value: 0,
      preview: null,
      outputs: [],
    })
    expect(client.subscriptions).toEqual([])
  })

  it('is there at once when connected, with 0 of 20 steps', () => {
    const { now } = render({ jobId: 'job' })
    expect(now()).toMatchObject({ update: null, connection: 'connecting' })
    act(() => client.update(updateOf({ phase: 'preparing', progress: connectedOf() })))
    expect(now()).toMatchObject({
      status: 'running',
      connection: 'live',
      progress: { kind: 'connected', step: 0, steps: 20 },
    })
  })

  it('has its place in line, its outputs and why it failed', () => {
    const { now } = render({ jobId: 'job' })
    act(() =>
      client.update(
        updateOf({ status: 'queued', phase: null }, { queuePosition: 3, etaMs: 9_000 }),
      ),
    )
    expect(now()).toMatchObject({ queuePosition: 3, etaMs: 9_000 })
    const error = { code: 'internal' as const, message: 'Something went wrong on our side.' }
    act(() => client.update(updateOf({ status: 'failed', error, outputs: [outputOf()] })))
    expect(now()).toMatchObject({
      status: 'failed',
      error,
      outputs: [{ id: 'asset' }],
      queuePosition: null,
      etaMs: null,
    })
  })

  it('keeps what it knows while the connection is away', () => {
    const { now } = render({ jobId: 'job' })
    act(() => client.update(update(0.4)))
    act(() => client.open[0]?.options.onConnection?.('reconnecting'))
    expect(now()).toMatchObject({ connection: 'reconnecting', value: 0.4 })
  })

  it('tells why the watch cannot go on', () => {
    const { now } = render({ jobId: 'job' })
    const problem = new RequestError('not_found', 'no such job')
    act(() => client.fail(problem))
    expect(now().problem).toBe(problem)
  })

  it('never has a value that falls, not even when it comes back', () => {
    const first = render({ jobId: 'job' })
    act(() => client.update(update(0.6)))
    act(() => client.update(update(0.1)))
    expect(first.now().value).toBe(0.6)
    first.unmount()
    const second = render({ jobId: 'job' })
    expect(second.now()).toMatchObject({ value: 0.6, status: 'running', connection: 'connecting' })
    act(() => client.update(updateOf({ progress: null })))
    expect(second.now().value).toBe(0.6)
  })

  it('is remembered per client', () => {
    const first = render({ jobId: 'job' })
    act(() => client.update(update(0.6)))
    first.unmount()
    client = createDrivenClient()
    expect(render({ jobId: 'job' }).now()).toMatchObject({ value: 0, update: null })
  })
})

describe('following', () => {
  it('ends with the component', () => {
    const { unmount } = render({ jobId: 'job' })
    expect(client.open).toHaveLength(1)
    unmount()
    expect(client.open).toHaveLength(0)
  })

  it('changes nothing after the component is gone, whatever is still told', () => {
    const { now, unmount } = render({ jobId: 'job' })
    const [watch] = client.open
    unmount()
    act(() => {
      watch?.options.onUpdate(update(0.9))
      watch?.options.onPreview?.({
        jobId: 'job',
        nodeId: null,
        contentType: 'image/png',
        data: new Uint8Array(),
      })
    })
    expect(now().update).toBeNull()
    expect(urls.made).toEqual([])
  })

  it('is one watch under StrictMode, and its news come through', () => {
    const { now, unmount } = render({ jobId: 'job' }, true)
    expect(client.subscriptions.length).toBeGreaterThan(1)
    expect(client.open).toHaveLength(1)
    act(() => client.update(update(0.4)))
    act(() => client.preview())
    expect(now()).toMatchObject({ value: 0.4, preview: { nodeId: '3' } })
    expect(urls.alive).toEqual(new Set([now().preview?.url]))
    unmount()
    expect(client.open).toHaveLength(0)
    expect(urls.alive.size).toBe(0)
  })

  it('is not begun anew by a render', () => {
    const { rerender } = render({ jobId: 'job' })
    rerender({ jobId: 'job' })
    act(() => client.update(update(0.4)))
    expect(client.subscriptions).toHaveLength(1)
  })

  it('turns to another job in the same render', () => {
    const seen: [string | null, string | undefined, string | undefined][] = []
    const wrapper = ({ children }: { children: ReactNode }) =>
      createElement(SafelightProvider, { client }, children)
    const initialProps: Props = { jobId: 'one' }
    const watch = ({ jobId }: Props) => {
      const { snapshot, preview } = useGeneration(jobId)
      seen.push([jobId, snapshot?.jobId, preview?.url])
    }
    const { rerender } = renderHook(watch, { wrapper, initialProps })
    act(() => client.update(update(0.4, 'one')))
    act(() => client.preview('3', 'one'))
    const late = client.open[0]
    rerender({ jobId: 'two' })
    act(() => late?.options.onUpdate(update(0.9, 'one')))
    act(() => client.update(update(0.1, 'two')))
    rerender({ jobId: null })
    const wrong = seen.filter(([asked, got]) => got !== undefined && got !== asked)
    expect(wrong).toEqual([])
    expect(seen.filter(([asked, , url]) => url !== undefined && asked !== 'one')).toEqual([])
    expect(client.open).toHaveLength(0)
    expect(urls.alive.size).toBe(0)
  })
})

describe('previews', () => {
  it('are object URLs, of which one is alive at a time', () => {
    const { now, unmount } = render({ jobId: 'job' })
    act(() => client.preview('3'))
    act(() => client.preview('7'))
    expect(urls.made).toHaveLength(2)
    expect(now().preview).toEqual({ url: urls.made[1], nodeId: '7' })
    expect([...urls.alive]).toEqual([urls.made[1]])
    unmount()
    expect(urls.alive.size).toBe(0)
  })

  it('stay when the job has ended', () => {
    const { now } = render({ jobId: 'job' })
    act(() => client.preview())
    act(() => client.update(updateOf({ status: 'succeeded', progress: completeOf() })))
    expect(now().preview?.url).toBe(urls.made[0])
  })

  it('are not asked for when they are not wanted', () => {
    render({ jobId: 'job', previews: false })
    expect(client.open[0]?.options.onPreview).toBeUndefined()
  })
})

describe('events', () => {
  it('are kept only when the history is wanted', () => {
    const plain = render({ jobId: 'job' })
    act(() => client.event(update(0.1), eventOf(1)))
    expect(plain.now().events).toEqual([])
    expect(client.open[0]?.options.history).toBe(false)
  })

  it('are kept once each, in order', () => {
    const { now } = render({ jobId: 'job', history: true })
    act(() => {
      for (const seq of [1, 2, 2, 3, 1]) client.event(update(0.1), eventOf(seq))
      client.update(update(0.2))
    })
    expect(now().events.map(({ seq }) => seq)).toEqual([1, 2, 3])
  })
})
