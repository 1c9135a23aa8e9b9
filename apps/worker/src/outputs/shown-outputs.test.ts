/** What is shown in great amounts: how much of it is in memory, and what becomes of what is too large. */
import type { IngestDeps } from '@safelight/assets'
import { createLogger } from '@safelight/runtime'
import { expect, it } from 'vitest'
import { openRoom } from './choose-outputs.ts'
import type { KeptOutput } from './keep-output.ts'
import { createOutputOrder } from './order.ts'
import { createShownOutputs } from './shown-outputs.ts'

const MOST = 1_000

/** Stores that only count. */
const store: IngestDeps = {
  blobs: {
    async write(_, body) {
      for await (const chunk of body) expect(chunk.byteLength).toBeGreaterThan(0)
    },
    read: async () => null,
    remove: async () => undefined,
    sweep: async () => 0,
    presign: async () => null,
  },
  assets: {
    begin: async () => 'k',
    abandon: async () => true,
    mint: async (asset) => ({ asset, createdNew: true, isNewAsset: true, spareKey: null }),
    emptied: async () => undefined,
  },
}

function open(maxBytes = Number.MAX_SAFE_INTEGER) {
  const kept: KeptOutput[] = []
  const shown = createShownOutputs({
    keeping: {
      jobId: 'j',
      owner: 'o',
      store,
      maxBytes,
      retentionMs: 1,
      ranBefore: () => false,
      now: async () => 1,
      checkClaim: async () => undefined,
      onStored: () => undefined,
    },
    workflow: { '1': { class_type: 'A', inputs: {} } },
    order: createOutputOrder(new Map()),
    room: openRoom([]),
    waitingMaxBytes: MOST,
    log: createLogger({ level: 'silent', name: 'test' }),
    onOutput: async (output) => void kept.push(output),
  })
  const sizes = () => kept.map(({ output }) => output.size_bytes)
  return { shown, sizes }
}

const origin = { node_id: '1', runtime_id: '1' }
const picture = (index: number, bytes: number) => ({
  ...origin,
  index,
  contentType: 'image/png',
  data: Buffer.alloc(bytes),
})
const text = (index: number, bytes: number) => ({ ...origin, index, text: 'x'.repeat(bytes) })

it('keeps a picture that alone is more than may wait', async () => {
  const { shown, sizes } = open()
  shown.onPicture(picture(0, 2 * MOST))
  // this one would wait beside it
  shown.onPicture(picture(1, 1))
  expect(await shown.settle([])).toBe(1)
  expect(sizes()).toEqual([2 * MOST])
})

it('keeps the texts of a prompt that has ended, however many bytes they are', async () => {
  const { shown, sizes } = open()
  expect(await shown.settle([text(0, MOST), text(1, MOST), text(2, 3)])).toBe(0)
  expect(sizes()).toEqual([MOST, MOST, 3])
})

it('leaves out what is larger than an output may be, each once, and says how many', async () => {
  const { shown, sizes } = open(10)
  shown.onText(text(0, 11))
  shown.onPicture(picture(0, 11))
  expect(await shown.settle([text(0, 11), text(1, 10)])).toBe(2)
  expect(sizes()).toEqual([10])
  await shown.close()
})
