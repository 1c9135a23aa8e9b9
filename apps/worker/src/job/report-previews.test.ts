import type { Preview } from '@safelight/store'
import { expect, it } from 'vitest'
import { createManualTime, settle } from '../testing/manual-time.ts'
import { createPreviewReport } from './report-previews.ts'

/** A report over a time that passes when told to, and all that it asked and sent. */
function start() {
  const { clock, pass, pending } = createManualTime(1_000)
  const told: string[] = []
  const world = { isWatched: false, isBroken: false }
  const report = createPreviewReport({
    everyMs: 250,
    askMs: 500,
    clock,
    async isWatched() {
      told.push(`${clock.now()} asks`)
      if (world.isBroken) throw new Error('away')
      return world.isWatched
    },
    publish: async ({ nodeId }) => void told.push(`${clock.now()} sends ${nodeId}`),
    onError: () => void told.push(`${clock.now()} fails`),
  })
  return {
    report,
    told,
    world,
    pending,
    push: async (nodeId: string) => {
      const preview: Preview = { nodeId, contentType: 'image/png', data: new Uint8Array(1) }
      report.push(preview)
      await settle()
    },
    pass: async (ms: number) => {
      pass(ms)
      await settle()
    },
  }
}

it('sends nothing while nobody looks, and the latest as soon as somebody does', async () => {
  const { told, world, push, pass } = start()
  await push('a')
  await pass(100)
  await push('b')
  await push('c')
  await pass(400)
  world.isWatched = true
  await pass(499)
  expect(told).toEqual(['1000 asks', '1500 asks'])
  await pass(1)
  expect(told.slice(2)).toEqual(['2000 asks', '2000 sends c'])
})

it('sends the latest at its rate while somebody looks, and asks now and then', async () => {
  const { told, world, push, pass } = start()
  world.isWatched = true
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await push(name)
    await pass(125)
  }
  expect(told).toEqual(['1000 asks', '1000 sends a', '1250 sends b', '1500 asks', '1500 sends d'])
})

it('has nothing to ask when there is no picture', async () => {
  const { told, world, push, pass, pending } = start()
  world.isWatched = true
  await push('a')
  await pass(10_000)
  expect([told.length, pending()]).toEqual([2, 0])
})

it('tries again when the question failed, and never again once it is closed', async () => {
  const { report, told, world, push, pass, pending } = start()
  world.isBroken = true
  await push('a')
  expect(told).toEqual(['1000 asks', '1000 fails'])
  world.isBroken = false
  await pass(500)
  expect(told.slice(2)).toEqual(['1500 asks'])
  report.close()
  await push('b')
  await pass(10_000)
  expect([told.length, pending()]).toEqual([3, 0])
})
