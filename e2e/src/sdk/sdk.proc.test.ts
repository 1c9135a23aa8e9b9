/** The official SDK, unchanged, with nothing but its base URL pointed at us. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createHostRegistry } from '@safelight/store'
import { newHostReport, noNewerNode } from '@safelight/testkit'
import { openTestBed } from '@safelight/testkit/vitest'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { runSdk } from '../testing/sdk-program.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { previewing, raising, slow } from '../testing/workflows.ts'

const PICTURE = {
  '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 48, batch_size: 1, color: 7 } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'sdk' } },
}

describe.skipIf(noNewerNode)('the official SDK, which needs Node 22', () => {
  let bed: Awaited<ReturnType<typeof openTestBed>>
  let stack: Stack
  let url: string
  let folder: string
  beforeAll(async () => {
    bed = await openTestBed()
    stack = bed.scope.use(await startStack({ speed: 20 }, bed))
    url = stack.urls[0] ?? ''
    folder = await mkdtemp(join(tmpdir(), 'safelight-sdk-'))
  })
  afterAll(async () => {
    await bed.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('runs a workflow from a file and fetches what it made, in every way', async () => {
    const file = join(folder, 'workflow.json')
    await writeFile(file, JSON.stringify(PICTURE))
    const saw = await runSdk('run', url, { file, folder })
    expect(saw).toMatchObject({
      status: 'succeeded',
      outputs: 1,
      output: { type: 'image', contentType: 'image/png' },
      slice: 'PNG',
      ofNode: 1,
      format: 'api',
      workflow: PICTURE,
    })
    const { sizes, download, id, output } = saw as {
      id: string
      sizes: number[]
      download: number[]
      output: { jobId: string }
    }
    expect(new Set(sizes)).toEqual(new Set([download[1]]))
    expect([download[0], output.jobId]).toEqual([200, id])
  })

  it('hears every transition once, progress that only grows, previews, and each output', async () => {
    const saw = await runSdk('events', url, { graph: slow({ steps: 10, seconds: 2 }) })
    const { progress, statuses, bytes } = saw as {
      progress: number[]
      statuses: string[]
      bytes: number[]
    }
    expect(statuses.filter((status) => status !== 'queued')).toEqual(['running', 'succeeded'])
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
    expect(progress.at(-1)).toBe(1)
    expect(bytes).toHaveLength(1)
    expect(await runSdk('events', url, { graph: previewing({ frames: 20 }) })).toMatchObject({
      status: 'succeeded',
      previews: expect.any(Number),
    })
  })

  it('hears of a job that is over what it made, how far it came and how it ended', async () => {
    const kinds = await runSdk('eventsOfEnded', url, { graph: slow({ steps: 2, seconds: 0.1 }) })
    expect(kinds).toEqual(['outputReady', 'progress', 'statusChange'])
  })

  it('cancels a job that runs, and may ask again', async () => {
    const saw = await runSdk('cancel', url, { graph: slow({ steps: 200, seconds: 10 }) })
    expect(saw).toMatchObject({
      asked: expect.stringMatching(/^cancel(ing|ed)$/),
      status: 'canceled',
      again: 'canceled',
    })
  })

  it('meets an error of its own class for each that a server like ours has', async () => {
    const saw = await runSdk('errors', url, { url, failing: raising('value_error') })
    const error = (is: string, code: string, status: number) => ({ is, code, status })
    expect(saw).toEqual({
      job: error('NotFound', 'not_found', 404),
      asset: error('NotFound', 'not_found', 404),
      deletion: error('NotFound', 'not_found', 404),
      workflow: error('InvalidWorkflow', 'invalid_workflow', 422),
      editorHere: error('WorkflowFormatUi', 'workflow_format_ui', 422),
      editorThere: { is: 'low WorkflowFormatUi', code: 'workflow_format_ui', retryAfter: null },
      reference: error('MissingAsset', 'missing_asset', 422),
      malformed: error('MissingAsset', 'missing_asset', 422),
      hash: { is: 'low HashMismatch', code: 'hash_mismatch', retryAfter: null },
      blob: { is: 'low BlobNotFound', code: 'blob_not_found', retryAfter: null },
      failure: { is: 'JobFailed', code: 'node_execution_error' },
    })
  })

  it('makes one job of one key, and may use the key of a submission that failed', async () => {
    const reused = { is: 'IdempotencyKeyReuse', code: 'idempotency_key_reuse', status: 422 }
    expect(await runSdk('idempotency', url, { graph: PICTURE })).toMatchObject({
      refused: { is: 'InvalidWorkflow' },
      first: { status: 'queued' },
      again: reused,
      other: reused,
    })
  })

  it('brings files of its own along: from a path, bytes, a stream and an address, and sends each once', async () => {
    const used = (isNew: boolean) => ({ isNew, status: 'succeeded', made: true })
    expect(await runSdk('uploads', url, { url, folder, graph: PICTURE })).toMatchObject({
      ways: {
        file: used(true),
        bytes: used(true),
        stream: used(true),
        url: used(false),
        again: used(false),
      },
      rehydrated: { path: 'first.png', isSame: true, status: 'succeeded' },
      mismatch: { is: 'low HashMismatch' },
      deleted: { is: 'NotFound' },
      twice: { is: 'NotFound' },
      output: { code: 'asset_in_use', status: 409 },
      isThere: true,
      stillLoads: { status: 'succeeded' },
    })
  })

  it('runs every example that comes with the server', async () => {
    const examples = fileURLToPath(new URL('../../../examples/', import.meta.url))
    const names = (await readdir(examples)).filter((name) => name.endsWith('.json'))
    expect(names.length).toBeGreaterThan(3)
    const files = names.map((name) => join(examples, name))
    const statuses = await runSdk('examples', url, {
      files,
      picture: join(examples, 'lighthouse.png'),
    })
    expect(statuses).toEqual(Object.fromEntries(files.map((file) => [file, 'succeeded'])))
  })

  const startApi = async (settings: Record<string, string>) => {
    const own = await openTestBed()
    onTestFinished(() => own.close())
    const config = loadApiConfig({ ...own.env, PORT: '0', ...settings })
    return { ...own, api: own.scope.use(await createApi(config, { log: own.log })) }
  }

  it('shows the token it is given', async () => {
    const apiKey = 'a-token-for-tests'
    const { api } = await startApi({ SAFELIGHT_TOKEN: apiKey })
    expect(await runSdk('unauthorized', api.url, { apiKey })).toMatchObject({
      without: { is: 'Unauthorized', status: 401 },
      wrong: { is: 'Unauthorized', status: 401 },
      right: { is: 'NotFound', status: 404 },
    })
  })

  it('waits for room in a full queue for as long as it is told to', async () => {
    const { api, redis, keys, store } = await startApi({ MAX_QUEUE_DEPTH: '1' })
    const hosts = createHostRegistry({ redis, keys })
    // so many that there is room again in a second
    for (let n = 0; n < 50; n += 1)
      await hosts.report(newHostReport(await store.now(), { hostId: `gpu-${n}` }))
    expect(await runSdk('queueFull', api.url, { url: api.url, graph: PICTURE })).toMatchObject({
      refused: { is: 'low QueueFull', retryAfter: 1 },
      waiting: { status: 'queued' },
    })
  })
})
