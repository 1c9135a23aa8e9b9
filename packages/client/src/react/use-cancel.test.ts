import '../testing/dom.ts'
import { act, cleanup, renderHook } from '@testing-library/react'
import { createElement, type ReactNode } from 'react'
import { afterEach, expect, it } from 'vitest'
import { RequestError } from '../errors.ts'
import { createDrivenClient } from '../testing/driven-client.ts'
import { jobViewOf, progressOf, updateOf } from '../testing/jobs.ts'
import { SafelightProvider } from './context.ts'
import { useGeneration } from './use-generation.ts'

afterEach(cleanup)

function setUp(cancel: (jobId: string) => Promise<ReturnType<typeof jobViewOf>>) {
  const client = createDrivenClient({ cancel })
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(SafelightProvider, { client }, children)
  const initialProps: { jobId: string | null } = { jobId: 'job' }
  const { result, rerender } = renderHook(({ jobId }) => useGeneration(jobId), {
    wrapper,
    initialProps,
  })
  act(() => client.update(updateOf({ progress: progressOf() })))
  return { client, result, rerender }
}

it('is canceling from the call until the job has ended', async () => {
  const { client, result } = setUp((jobId) => Promise.resolve(jobViewOf({ id: jobId })))
  expect(result.current.isCanceling).toBe(false)
  await act(() => result.current.cancel())
  expect(client.canceled).toEqual(['job'])
  expect(result.current).toMatchObject({ isCanceling: true, status: 'running' })
  act(() => client.update(updateOf({ status: 'canceling' })))
  expect(result.current.isCanceling).toBe(true)
  act(() => client.update(updateOf({ status: 'canceled' })))
  expect(result.current.isCanceling).toBe(false)
})

it('is canceling when somebody else has asked', () => {
  const { client, result } = setUp(() => Promise.reject(new Error('not asked')))
  act(() => client.update(updateOf({ status: 'canceling' })))
  expect(result.current.isCanceling).toBe(true)
})

it('tells the caller when it cannot be asked for, and can be tried again', async () => {
  const refusal = new RequestError('unavailable', 'try again')
  const { result } = setUp(() => Promise.reject(refusal))
  await act(async () => {
    await expect(result.current.cancel()).rejects.toBe(refusal)
  })
  expect(result.current.isCanceling).toBe(false)
})

it('concerns one job, not the next', async () => {
  const { client, result, rerender } = setUp((jobId) => Promise.resolve(jobViewOf({ id: jobId })))
  await act(() => result.current.cancel())
  rerender({ jobId: 'other' })
  expect(result.current.isCanceling).toBe(false)
  rerender({ jobId: null })
  await act(() => result.current.cancel())
  expect(client.canceled).toEqual(['job'])
})
