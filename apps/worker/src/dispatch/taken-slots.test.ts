import type { JobsOnHost } from '@safelight/store'
import { expect, it } from 'vitest'
import { createTakenSlots } from './taken-slots.ts'

/** Looks whose findings a test tells, in the order in which they began. */
function open() {
  const looks: ((found: JobsOnHost[]) => void)[] = []
  const counts: string[] = []
  const slots = createTakenSlots({
    backlog: { onHosts: () => new Promise((resolve) => looks.push(resolve)) },
    onChange: (hostId, count) => counts.push(`${hostId}: ${count}`),
  })
  return {
    slots,
    counts,
    taken: (hostId: string) => [...slots.on(hostId)],
    find: (...executing: string[]) => looks.shift()?.([{ executing, collecting: [] }]),
  }
}

it('takes what a look finds, and tells when that makes a difference', async () => {
  const { slots, taken, find, counts } = open()
  const looking = slots.look(['gpu'])
  find('a', 'b')
  expect(await looking).toEqual([{ executing: ['a', 'b'], collecting: [] }])
  expect(taken('gpu')).toEqual(['a', 'b'])
  const again = slots.look(['gpu'])
  find('b', 'c')
  await again
  expect([taken('gpu'), taken('other')]).toEqual([['b', 'c'], []])
  expect(counts).toEqual(['gpu: 2'])
})

it('believes what was done here during a look, not what it finds', async () => {
  const { slots, taken, find } = open()
  slots.took('gpu', 'old')
  const looking = slots.look(['gpu'])
  slots.took('gpu', 'new')
  slots.freed('gpu', 'old')
  slots.took('elsewhere', 'other')
  find('old', 'theirs')
  await looking
  expect(taken('gpu')).toEqual(['theirs', 'new'])
  const next = slots.look(['gpu'])
  find('theirs')
  await next
  expect(taken('gpu')).toEqual(['theirs'])
})

it('goes by the last word on a job that came and went during a look', async () => {
  const { slots, taken, find } = open()
  const looking = slots.look(['gpu'])
  slots.took('gpu', 'brief')
  slots.freed('gpu', 'brief')
  find('brief')
  await looking
  expect(taken('gpu')).toEqual([])
})

it('keeps what it knows when a look fails', async () => {
  const slots = createTakenSlots({
    backlog: { onHosts: () => Promise.reject(new Error('away')) },
    onChange: () => undefined,
  })
  slots.took('gpu', 'a')
  await expect(slots.look(['gpu'])).rejects.toThrow('away')
  expect([...slots.on('gpu')]).toEqual(['a'])
})
