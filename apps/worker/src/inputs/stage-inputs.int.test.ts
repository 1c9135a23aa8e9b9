import { createLocalBlobs } from '@safelight/assets'
import { systemClock } from '@safelight/runtime'
import { createStagedInputs } from '@safelight/store'
import { openTestBed, silent } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { settle } from '../testing/manual-time.ts'
import { grayPng, upload } from '../testing/photos.ts'
import { createStaging } from './stage-inputs.ts'

it('is handed over once to who is content with that and to who is not: nobody writes over what another reads', async () => {
  const bed = await openTestBed()
  onTestFinished(() => bed.scope.close())
  const { redis, keys, store, assets, dataDir } = bed
  const { id } = await upload(bed, grayPng(30))
  const staging = createStaging({
    assets,
    blobs: createLocalBlobs(dataDir),
    staged: createStagedInputs({ redis, keys, now: () => store.now() }),
    clock: systemClock,
    log: silent,
    timings: { stagedFreshMs: 3_600_000, fetchRetryMs: [], storePauseMs: 1 },
  })
  let uploads = 0
  let finish = () => {}
  const held = new Promise<void>((resolve) => (finish = resolve))
  const client = {
    async upload({ name }: { name: string }) {
      uploads += 1
      await held
      return name
    },
    inputSize: async () => null,
  }
  const { signal } = new AbortController()
  const sure = staging.stage({ hostId: 'gpu-1', client }, [id], signal)
  await expect.poll(() => uploads).toBe(1)
  const unsure = staging.stage({ hostId: 'gpu-1', client, unsure: true }, [id], signal)
  // what it asks the store first has been answered
  await assets.loadMany([id])
  await settle()
  finish()
  expect(await unsure).toEqual(await sure)
  expect(uploads).toBe(1)
})
