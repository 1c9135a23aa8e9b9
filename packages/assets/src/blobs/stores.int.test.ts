import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { openGate } from '@safelight/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { contractFor } from '../testing/blob-store-contract.ts'
import { MB, random } from '../testing/bodies.ts'
import { openS3Rig, type S3Access, toS3Settings } from '../testing/s3-rig.ts'
import { startS3rver } from '../testing/s3rver.ts'
import { createLocalBlobs } from './local-blobs.ts'
import { openBlobStore } from './open-blob-store.ts'
import { createS3Blobs } from './s3-blobs.ts'

describe('blobs in a folder', () => {
  async function openFolder() {
    const dataDir = await mkdtemp(join(tmpdir(), 'safelight-blobs-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    return {
      blobs: createLocalBlobs(dataDir),
      async list() {
        const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
        return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
      },
      async breakWrite() {
        const incoming = join(dataDir, 'blobs', 'incoming')
        await mkdir(incoming, { recursive: true })
        await writeFile(join(incoming, 'broken'), 'half a pict')
      },
    }
  }

  it.each(contractFor(['single first byte', 'list of uploads']))('$name', async ({ run }) => {
    await expect(run(await openFolder())).resolves.toBeUndefined()
  })

  it('hand out no URLs: we serve them', async () => {
    const { blobs } = await openFolder()
    const said = { seconds: 60, contentType: 'image/png', disposition: 'inline' }
    expect(await blobs.presign('ab/abc', said)).toBeNull()
  })
})

describe('blobs in a bucket', () => {
  let s3rver: S3Access & { close(): Promise<void> }
  beforeAll(async () => {
    s3rver = await startS3rver()
  })
  afterAll(() => s3rver.close())

  it.each(contractFor(['urls']))('$name', async ({ run }) => {
    await expect(run(await openS3Rig(s3rver))).resolves.toBeUndefined()
  })

  it('are tried out when the store is opened, and leave nothing of it', async () => {
    const { bucket, list } = await openS3Rig(s3rver)
    const blobs = await openBlobStore(toS3Settings(s3rver, { S3_BUCKET: bucket }))
    await blobs.close()
    expect(await list()).toEqual([])
  })

  it.each([
    ['a bucket that is not there', { S3_BUCKET: 'nowhere' }, 'NoSuchBucket'],
    ['a service that is away', { S3_ENDPOINT: 'http://127.0.0.1:1' }, 'ECONNREFUSED'],
  ])('say at once what is wrong with %s, and name no secret', async (_what, wrong, reason) => {
    const { bucket } = await openS3Rig(s3rver)
    const opening = openBlobStore(toS3Settings(s3rver, { S3_BUCKET: bucket, ...wrong }))
    const message = `the blob store did not take bytes: ${reason}`
    await expect(opening).rejects.toMatchObject({ code: 'blob_store_failed', reason, message })
    await expect(opening).rejects.not.toHaveProperty('cause')
  })

  it('take no more of a body than two parts while the store takes none', async () => {
    const gate = await openGate(s3rver.endpoint)
    onTestFinished(() => gate.close())
    const { bucket, list } = await openS3Rig(s3rver)
    const blobs = createS3Blobs(
      toS3Settings({ ...s3rver, endpoint: gate.url }, { S3_BUCKET: bucket }),
    )
    onTestFinished(() => blobs.close())
    let pulled = 0
    async function* body() {
      for await (const chunk of random(100 * MB)) {
        pulled += chunk.length
        yield chunk
      }
    }
    gate.hold('PUT /')
    const calledOff = new AbortController()
    const writing = blobs.write('ab/abc', body(), { signal: calledOff.signal })
    await expect.poll(() => gate.held()).toBe(2)
    for (let turn = 0; turn < 100; turn += 1) await setImmediate()
    expect(pulled).toBeLessThanOrEqual(20 * MB)
    calledOff.abort()
    gate.release()
    await expect(writing).rejects.toThrow(/abort/i)
    expect(await list()).toEqual([])
  })

  it('are only redirected to where that is wanted, by the name clients know', async () => {
    const { bucket } = await openS3Rig(s3rver)
    const said = { seconds: 60, contentType: 'image/png', disposition: 'inline' }
    const open = async (more: Record<string, string>) => {
      const blobs = await openBlobStore(toS3Settings(s3rver, { S3_BUCKET: bucket, ...more }))
      onTestFinished(() => blobs.close())
      return await blobs.presign('ab/abc', said)
    }
    expect(await open({ S3_REDIRECT: 'false' })).toBeNull()
    const url = new URL((await open({ S3_PUBLIC_ENDPOINT: 'https://pictures.example' })) ?? '')
    expect(url.origin).toBe('https://pictures.example')
    expect(url.pathname).toBe(`/${bucket}/some/where/ab/abc`)
    expect(url.searchParams.get('X-Amz-Expires')).toBe('60')
  })
})
