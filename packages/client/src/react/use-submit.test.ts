import '../testing/dom.ts'
import type { JobView, Workflow } from '@safelight/shared'
import { act, cleanup, renderHook } from '@testing-library/react'
import { createElement, type ReactNode } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import { RequestError } from '../errors.ts'
import { createDrivenClient, type DrivenAnswers } from '../testing/driven-client.ts'
import { jobViewOf } from '../testing/jobs.ts'
import { SafelightProvider } from './context.ts'
import { useSubmit } from './use-submit.ts'

afterEach(cleanup)

const workflow = (name: string): Workflow => ({ 1: { class_type: name, inputs: {} } })
const nameOf = (given: Workflow | string) =>
  typeof given === 'string' ? given : (given['1']?.class_type ?? '')
const accept = (given: Workflow | string) =>
  Promise.resolve(jobViewOf({ id: `job-${nameOf(given)}` }))

function setUp(submit: NonNullable<DrivenAnswers['submit']>) {
  const client = createDrivenClient({ submit })
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(SafelightProvider, { client }, children)
  const { result } = renderHook(useSubmit, { wrapper, reactStrictMode: true })
  return { client, now: () => result.current }
}

const idsOf = (jobs: readonly JobView[]) => jobs.map(({ id }) => id)

describe('submit', () => {
  it('returns the accepted job and lists it', async () => {
    const { client, now } = setUp(accept)
    expect(now()).toMatchObject({ jobs: [], isSubmitting: false, error: null })
    let job: JobView | null = null
    await act(async () => {
      job = await now().submit(workflow('a'), { priority: 3 })
    })
    expect(job).toMatchObject({ id: 'job-a' })
    expect(client.submissions).toEqual([{ workflow: workflow('a'), options: { priority: 3 } }])
    await act(() => now().submit(workflow('b')))
    expect(idsOf(now().jobs)).toEqual(['job-a', 'job-b'])
  })

  it('is submitting until the answer', async () => {
    let answer: (job: JobView) => void = () => {}
    const { now } = setUp(() => new Promise((resolve) => (answer = resolve)))
    let asked: Promise<unknown> = Promise.resolve()
    act(() => {
      asked = now().submit(workflow('a'))
    })
    expect(now().isSubmitting).toBe(true)
    await act(async () => {
      answer(jobViewOf())
      await asked
    })
    expect(now().isSubmitting).toBe(false)
  })

  it('keeps a refusal until the next try', async () => {
    const refusal = new RequestError('invalid_workflow', 'no outputs')
    let refuses = true
    const { now } = setUp((given) => (refuses ? Promise.reject(refusal) : accept(given)))
    let job: JobView | null | undefined
    await act(async () => {
      job = await now().submit(workflow('a'))
    })
    expect(job).toBeNull()
    expect(now()).toMatchObject({ error: refusal, jobs: [], isSubmitting: false })
    refuses = false
    await act(() => now().submit(workflow('a')))
    expect(now()).toMatchObject({ error: null, jobs: [{ id: 'job-a' }] })
  })

  it('does not call an abort an error', async () => {
    const { now } = setUp(() => Promise.reject(new DOMException('aborted', 'AbortError')))
    await act(() => now().submit(workflow('a'), { signal: AbortSignal.abort() }))
    expect(now()).toMatchObject({ error: null, jobs: [] })
  })

  it('lists nothing after a reset that was begun before', async () => {
    let answer: (job: JobView) => void = () => {}
    const { now } = setUp(() => new Promise((resolve) => (answer = resolve)))
    let asked: Promise<unknown> = Promise.resolve()
    act(() => {
      asked = now().submit(workflow('a'))
    })
    act(() => now().reset())
    await act(async () => {
      answer(jobViewOf())
      await asked
    })
    expect(now()).toMatchObject({ jobs: [], error: null, isSubmitting: false })
  })
})

describe('submitMany', () => {
  const three = ['a', 'b', 'c'].map(workflow)

  it('marks what belongs together', async () => {
    const { client, now } = setUp(accept)
    await act(() => now().submitMany(three, { metadata: { owner: 'ada' }, idempotencyKey: 'k' }))
    expect(idsOf(now().jobs)).toEqual(['job-a', 'job-b', 'job-c'])
    const batch = client.submissions[0]?.options.metadata?.['batch']
    expect(batch).toMatch(/^[0-9a-f]{16}$/)
    expect(client.submissions.map(({ options }) => options)).toEqual(
      [1, 2, 3].map((index) => ({
        idempotencyKey: `k-${index}`,
        metadata: { owner: 'ada', batch, batch_index: index, batch_count: 3 },
      })),
    )
  })

  it('keeps a batch id of its own', async () => {
    const { client, now } = setUp(accept)
    await act(() => now().submitMany(three, { metadata: { batch: 'poster' } }))
    const ids = client.submissions.map(({ options }) => options.metadata?.['batch'])
    expect(ids).toEqual(['poster', 'poster', 'poster'])
  })

  it('ends at the first refusal, and keeps what was accepted', async () => {
    const refusal = new RequestError('queue_full', 'full')
    const { client, now } = setUp((given) =>
      nameOf(given) === 'b' ? Promise.reject(refusal) : accept(given),
    )
    let accepted: JobView[] = []
    await act(async () => {
      accepted = await now().submitMany(three)
    })
    expect(idsOf(accepted)).toEqual(['job-a'])
    expect(now()).toMatchObject({ jobs: [{ id: 'job-a' }], error: refusal })
    expect(client.submissions).toHaveLength(2)
  })
})
