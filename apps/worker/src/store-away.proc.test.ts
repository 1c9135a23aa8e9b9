import { openTestBed } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { startWorkerProcess } from './testing/worker-process.ts'

it('does not start when its blob store cannot be reached, and says so without a secret', async () => {
  const bed = await openTestBed()
  onTestFinished(() => bed.close())
  const worker = await startWorkerProcess(
    {
      ...bed.env,
      COMFYUI_HOSTS: 'http://127.0.0.1:9',
      ASSET_STORE: 's3',
      S3_BUCKET: 'pictures',
      S3_ENDPOINT: 'http://127.0.0.1:9',
      S3_ACCESS_KEY_ID: 'an-id',
      S3_SECRET_ACCESS_KEY: 'hunter22',
    },
    'could not start',
  )
  expect(await worker.gone).toBe(1)
  const line = worker
    .log()
    .split('\n')
    .find((text) => text.includes('could not start'))
  expect(JSON.parse(line ?? '')).toMatchObject({
    level: 'fatal',
    err: {
      code: 'blob_store_failed',
      message: 'the blob store did not take bytes: ECONNREFUSED',
    },
  })
  for (const secret of ['hunter22', 'an-id', 'node_modules'])
    expect(worker.log()).not.toContain(secret)
})
