import { randomBytes } from 'node:crypto'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createJobStore } from './create-job-store.ts'
import { createExtraData } from './extra-data.ts'

const extraData = { api_key_comfy_org: 'correct-horse' }

it('is sealed at rest when there is a key, and opened with the same', async () => {
  const { redis, keys } = await openTestStore()
  const secretKey = randomBytes(32)
  const store = createJobStore({ redis, keys, secretKey })
  const jobId = await acceptJob(store, { extraData })
  expect(await redis.get(keys.secrets(jobId))).not.toContain('horse')
  expect(await createExtraData({ redis, keys, secretKey }).load(jobId)).toEqual(extraData)
  const locked = { code: 'secrets_locked' }
  await expect(createExtraData({ redis, keys }).load(jobId)).rejects.toMatchObject(locked)
})

it('is read as it is when it was accepted without a key', async () => {
  const { redis, keys, store } = await openTestStore()
  const jobId = await acceptJob(store, { extraData })
  const withKey = createExtraData({ redis, keys, secretKey: randomBytes(32) })
  expect(await withKey.load(jobId)).toEqual(extraData)
})
