import '../testing/dom.ts'
import { act, cleanup, render } from '@testing-library/react'
import { createElement, useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { completeOf } from '../testing/jobs.ts'
import { createShow } from '../testing/show-progress.ts'
import { SafelightProvider } from './context.ts'
import { GenerationProgress } from './generation-progress.tsx'
import { useGeneration } from './use-generation.ts'

let { client, now, passTime, show, receive, at } = createShow()
beforeEach(() => {
  ;({ client, now, passTime, show, receive, at } = createShow())
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

describe('time', () => {
  const pass = (seconds: number) =>
    act(() => {
      passTime(seconds * 1_000)
      vi.advanceTimersByTime(seconds * 1_000)
    })

  it('counts the estimate down, and says when nothing moves', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const shown = show({ stalledAfterMs: 20_000 })
    at(0.4)
    pass(10)
    expect(shown.textOf('.sl-generation__time')).toBe('about 20 s left')
    pass(10)
    expect(shown.badge().label).toBe('Stalled')
    expect(shown.textOf('.sl-generation__note')).toContain('Nothing has moved for 20 s.')
    expect(shown.textOf('.sl-generation__time')).toBeNull()
    pass(1)
    expect(shown.textOf('.sl-generation__note')).toContain('21 s')
  })

  it('is watched only while the job runs', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const shown = show()
    expect(vi.getTimerCount()).toBe(0)
    receive({ status: 'queued', phase: null })
    expect(vi.getTimerCount()).toBe(0)
    at(0.4)
    expect(vi.getTimerCount()).toBe(1)
    receive({ status: 'succeeded', progress: completeOf() })
    expect(vi.getTimerCount()).toBe(0)
    at(0.4)
    shown.unmount()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a page', () => {
  it('may share one watch', () => {
    function Page() {
      const generation = useGeneration('job')
      const progress = createElement(GenerationProgress, { generation, now })
      return createElement('div', null, generation.status, progress, progress)
    }
    const { container } = render(createElement(SafelightProvider, { client }, createElement(Page)))
    at(0.42)
    expect(client.subscriptions).toHaveLength(1)
    expect(container.querySelectorAll('[aria-valuenow="42"]')).toHaveLength(2)
  })

  it('is told the end once', () => {
    const ends: string[] = []
    function Page() {
      const [, again] = useState(0)
      const onEnd = ({ status }: { status: string }) => {
        ends.push(status)
        again((count) => count + 1)
      }
      return createElement(GenerationProgress, { jobId: 'job', now, onEnd })
    }
    const page = createElement(SafelightProvider, { client }, createElement(Page))
    render(page, { reactStrictMode: true })
    at(0.9)
    expect(ends).toEqual([])
    receive({ status: 'failed' })
    receive({ status: 'failed' })
    expect(ends).toEqual(['failed'])
  })

  it('shows nothing without a job, and nothing of the last one with the next', () => {
    const shown = show({ jobId: null })
    expect(shown.text()).toBe('')
    shown.rerender({ jobId: 'job' })
    at(0.6)
    shown.rerender({ jobId: 'other' })
    expect(shown.aria('valuenow')).toBeNull()
    expect(shown.text()).toContain('–')
    expect(shown.said()).toBe('')
    expect(client.open.map(({ jobId }) => jobId)).toEqual(['other'])
    shown.unmount()
    expect(client.open).toEqual([])
  })
})
