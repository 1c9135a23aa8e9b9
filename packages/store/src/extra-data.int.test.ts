import { tellNobody } from '@safelight/runtime'
import { randomBytes } from 'node:crypto'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createJobStore } from './create-job-store.ts'
import { createExtraDataOpener } from './extra-data.ts'

const extraData = { api_key_comfy_org: 'correct-horse' }

it('is sealed at rest when there is a key, and opened with the same', async () => {
  const { redis, keys } = await openTestStore()
  const secretKey = randomBytes(32)
  const store = createJobStore({ redis, emit: tellNobody, keys, secretKey })
  const jobId = await acceptJob(store, { extraData })
  expect(await redis.get(keys.secrets(jobId))).not.toContain('horse')
  const sealed = (await store.claim(jobId))?.sealedExtraData ?? ''
  expect(sealed).not.toContain('horse')
  expect(createExtraDataOpener(secretKey)(jobId, sealed)).toEqual(extraData)
  expect(() => createExtraDataOpener(null)(jobId, sealed)).toThrow(
    expect.objectContaining({ code: 'secrets_locked' }),
  )
})

it('is read as it is when it was accepted without a key', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store, { extraData })
  const sealed = (await store.claim(jobId))?.sealedExtraData ?? ''
  expect(createExtraDataOpener(randomBytes(32))(jobId, sealed)).toEqual(extraData)
})
