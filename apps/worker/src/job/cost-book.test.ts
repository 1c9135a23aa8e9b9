import { foldBeginning, foldProgress, startProgress, type TrackerState } from '@safelight/comfyui'
import { createLogger } from '@safelight/runtime'
import type { MeasuredCost, NodeCosts } from '@safelight/store'
import { expect, it } from 'vitest'
import { createManualTime } from '../testing/manual-time.ts'
import { createCostBook } from './cost-book.ts'

const WORK = { class: 'SaveImage', model: null, megapixels: null }

/** A picture that took so long to be saved. */
function saved(ms: number): TrackerState {
  const workflow = { '1': { class_type: 'SaveImage', inputs: {} } }
  const begun = foldBeginning(startProgress({ workflow, outputNodes: ['1'] }, 0), [], 0)
  const executing = { type: 'executing', promptId: 'p', node: '1', displayNode: '1' } as const
  const running = foldProgress(begun, executing, 0)
  return foldProgress(running, { type: 'execution_success', promptId: 'p' }, ms)
}

function open(store: Partial<NodeCosts> = {}) {
  const { clock, pass } = createManualTime()
  const written: (readonly MeasuredCost[])[] = []
  let reads = 0
  const costs: NodeCosts = {
    load: async () => new Map([['warm\nSaveImage\n\n', [{ ms: ++reads, by: 'a' }]]]),
    record: async (records) => void written.push(records),
    ...store,
  }
  const log = createLogger({ level: 'silent', name: 'test' })
  const book = createCostBook({ store: costs, freshMs: 1_000, writeEveryMs: 500, clock, log })
  return { book, written, pass }
}

it('writes what many jobs have shown at once, and what is left when it closes', async () => {
  const { book, written, pass } = open()
  for (const ms of [100, 120, 140]) book.note('gpu-1', saved(ms))
  expect(written).toEqual([])
  pass(500)
  const name = 'warm\nSaveImage\n\n'
  expect(written).toMatchObject([[100, 120, 140].map((ms) => ({ name, ms }))])
  book.note('gpu-1', saved(90))
  await book.close()
  expect(written[1]).toMatchObject([{ name, ms: 90 }])
  await book.close()
  expect(written).toHaveLength(2)
})

it('reads again when what it knows has become old, and nobody waits for that', async () => {
  const { book, pass } = open()
  const known = async () => (await book.learned()).estimate('warm', WORK)?.ms
  expect([await known(), await known()]).toEqual([1, 1])
  pass(1_000)
  expect(await known()).toBe(1)
  expect(await known()).toBe(2)
})

it('is no reason for a job to fail: a store that is away has nothing to say, and notes are dropped', async () => {
  const { book, pass } = open({
    load: () => Promise.reject(new Error('away')),
    record: () => Promise.reject(new Error('away')),
  })
  expect((await book.learned()).estimate('warm', WORK)).toBeNull()
  const shown = saved(1)
  for (let n = 0; n < 5_000; n += 1) book.note('gpu-1', shown)
  pass(500)
  await book.close()
  expect((await book.learned()).slownessOf('gpu-1')).toBe(1)
})
