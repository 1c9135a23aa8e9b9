/** The answers of the contract that only a server with an object store gives. */
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { openTestBed } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { openS3Rig } from '../../packages/assets/src/testing/s3-rig.ts'
import { startS3rver } from '../../packages/assets/src/testing/s3rver.ts'

it('302: the content of an asset is where the object store has it, for who has the address', async () => {
  const s3 = await startS3rver()
  onTestFinished(() => s3.close())
  const { bucket } = await openS3Rig(s3)
  const bed = await openTestBed()
  onTestFinished(() => bed.close())
  const config = loadApiConfig({
    ...bed.env,
    PORT: '0',
    ASSET_STORE: 's3',
    S3_BUCKET: bucket,
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    S3_FORCE_PATH_STYLE: 'true',
  })
  const { url } = bed.scope.use(await createApi(config, { log: bed.log }))
  const form = new FormData()
  form.append('content_type', 'text/plain')
  form.append('file_path', 'note.txt')
  form.append('file', new Blob(['hello pixels']), 'note.txt')
  const made = await fetch(`${url}/api/v2/assets`, { method: 'POST', body: form })
  expect(made.status).toBe(201)
  const { id } = z.object({ id: z.string() }).parse(await made.json())

  const content = `${url}/api/v2/assets/${id}/content`
  const there = await fetch(content, { redirect: 'manual' })
  const location = there.headers.get('location') ?? ''
  expect([there.status, new URL(location).origin]).toEqual([302, s3.endpoint])
  expect(await (await fetch(location)).text()).toBe('hello pixels')
  const part = await fetch(content, { headers: { range: 'bytes=6-' } })
  expect([part.status, await part.text()]).toEqual([206, 'pixels'])

  // the page may show it from there
  const policy = (await fetch(url, { headers: { accept: 'text/html' } })).headers
    .get('content-security-policy')
    ?.split('; ')
  for (const kind of ['img-src', 'media-src', 'connect-src']) {
    expect(policy?.find((part) => part.startsWith(kind))).toContain(s3.endpoint)
  }

  // for scripts of pages, which may read nothing there without a CORS rule
  const here = await fetch(`${content}?redirect=false`, { redirect: 'manual' })
  expect([here.status, await here.text()]).toEqual([200, 'hello pixels'])
})
