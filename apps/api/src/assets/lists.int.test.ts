import { randomUUID } from 'node:crypto'
import { type Asset, assetJobSchema, assetPageSchema } from '@safelight/shared'
import { newAsset } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { post, readError, submitJob } from '../testing/http.ts'
import { RUNNING, SUCCEEDED, toOutput, WORKFLOW } from '../testing/play-worker.ts'
import { upload } from '../testing/uploads.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

async function mint(over: Partial<Asset> = {}): Promise<string> {
  const asset = newAsset({ created_at: 1_000, ...over })
  await stack.assets.mint(asset, { key: await stack.assets.begin(), size: asset.size_bytes })
  return asset.id
}

async function list(query = ''): Promise<{ ids: string[]; next: string | null }> {
  const response = await fetch(`${stack.api.url}/api/v2/assets?${query}`)
  const page = assetPageSchema.parse(await response.json())
  return { ids: page.assets.map(({ id }) => id), next: page.next_cursor }
}

/** A job that has made these. */
async function makeJob(count: number) {
  const { id: jobId } = await submitJob(stack.api.url)
  await stack.append(jobId, RUNNING)
  const ids: string[] = []
  for (let at = 0; at < count; at += 1) {
    const output = toOutput(randomUUID(), { name: `x_${at}.png` })
    await mint({ ...output, job_id: jobId, created_at: 2_000 + at })
    await stack.append(jobId, { type: 'output', output })
    ids.push(output.id)
  }
  await stack.append(jobId, SUCCEEDED)
  return { jobId, ids }
}

describe('the list of assets', () => {
  it('is newest first, page by page, and skips none of one millisecond', async () => {
    const ids = []
    for (const created_at of [1, 2, 2, 2, 3]) ids.push(await mint({ created_at }))
    const seen: string[] = []
    let cursor: string | null = ''
    let pages = 0
    while (cursor !== null) {
      const page = await list(`limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...page.ids)
      cursor = page.next
      pages += 1
    }
    expect(pages).toBe(3)
    expect(seen.toSorted()).toEqual(ids.toSorted())
    expect([seen[0], seen[4]]).toEqual([ids[4], ids[0]])
  })

  it.each([
    ['type=video', 'film'],
    ['type=video,audio', 'film'],
    ['name=ILM', 'film'],
    ['owner=team-a', 'team'],
    ['tag=faces', 'team'],
    ['since=1970-01-01T00:00:05Z', 'late'],
    ['since=1970-01-01T00:00:03Z&until=1970-01-01T00:00:05Z', 'team'],
    ['until=1970-01-01T00:00:02Z', 'film'],
  ])('finds by %s', async (query, name) => {
    const ids = {
      film: await mint({ type: 'video', name: 'Film.mp4', created_at: 1_000 }),
      team: await mint({ owner: 'team-a', tags: ['a', 'faces'], created_at: 4_000 }),
      late: await mint({ created_at: 5_000 }),
    }
    expect((await list(query)).ids).toEqual([
      Object.entries(ids).find(([key]) => key === name)?.[1],
    ])
  })

  it('has what a job made, and pages of it', async () => {
    await mint()
    const { jobId, ids } = await makeJob(3)
    expect((await list(`job=${jobId}`)).ids).toEqual(ids.toReversed())
    const first = await list(`job=${jobId}&limit=2`)
    expect(first.ids).toEqual([ids[2], ids[1]])
    expect(await list(`job=${jobId}&limit=2&cursor=${first.next}`)).toEqual({
      ids: [ids[0]],
      next: null,
    })
    expect((await list(`job=${randomUUID()}`)).ids).toEqual([])
  })

  it('forgets ids whose record is gone', async () => {
    const [gone, here] = [await mint(), await mint()]
    await stack.redis.del(stack.keys.asset(gone))
    expect((await list()).ids).toEqual([here])
    expect(await stack.redis.zrange(stack.keys.assets, '0', '-1')).toEqual([here])
  })

  it('ends a search that finds little, and goes on where it was', async () => {
    const wanted = await mint({ name: 'wanted.png', created_at: 1 })
    const write = stack.redis.pipeline()
    for (let at = 0; at < 1_000; at += 1) write.zadd(stack.keys.assets, 10 + at, `gone-${at}`)
    await write.exec()
    const first = await list('name=wanted')
    expect(first.ids).toEqual([])
    expect(await list(`name=wanted&cursor=${first.next}`)).toEqual({ ids: [wanted], next: null })
  })

  it.each(['limit=0', 'limit=101', 'type=film', 'since=yesterday', 'cursor=abc', 'colour=red'])(
    'does not take %s',
    async (query) => {
      const response = await fetch(`${stack.api.url}/api/v2/assets?${query}`)
      expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
    },
  )
})

describe('the job of an asset', () => {
  it('comes with its workflow, as it was sent', async () => {
    const { jobId, ids } = await makeJob(1)
    const response = await fetch(`${stack.api.url}/api/v2/assets/${ids[0]}/job`)
    const { job, workflow, format } = assetJobSchema.parse(await response.json())
    expect([job.id, job.status, workflow, format]).toEqual([jobId, 'succeeded', WORKFLOW, 'api'])
  })

  it('is not there for an upload, nor when it is no longer kept', async () => {
    const { jobId, ids } = await makeJob(1)
    await stack.redis.del(stack.keys.job(jobId))
    for (const id of [await mint(), ids[0], randomUUID()]) {
      const response = await fetch(`${stack.api.url}/api/v2/assets/${id}/job`)
      expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
    }
  })
})

describe('bytes that are here', () => {
  const mintFrom = async (body: object) => {
    const response = await post(`${stack.api.url}/api/v2/assets/from-hash`, body)
    const json: unknown = await response.json()
    return { status: response.status, json }
  }

  it('make an asset of their own for another reference, and not for an identical one', async () => {
    const first = await upload(stack.api.url, { fields: [['expires_in', '60']] })
    const { hash, file_path } = first
    const same = await mintFrom({ hash, file_path })
    expect(same).toMatchObject({ status: 200, json: { id: first.id, created_new: false } })
    // retention is extended, and not shortened by the next
    const extended = await mintFrom({ hash, file_path, expires_in: 86_400 })
    const again = await mintFrom({ hash, file_path, expires_in: 60 })
    expect(again.json).toMatchObject({ expires_at: Object(same.json).expires_at })
    expect(Date.parse(Object(extended.json).expires_at)).toBeGreaterThan(Date.now() + 80_000_000)

    const other = await mintFrom({ hash, file_path: 'faces/b.png', tags: ['faces'] })
    expect(other).toMatchObject({
      status: 201,
      json: { name: 'b.png', file_path: 'faces/b.png', content_type: 'image/png', hash },
    })
    expect(other.json).not.toMatchObject({ id: first.id })
    const mine = await mintFrom({ hash, file_path, owner: 'team-a' })
    expect(mine).toMatchObject({ status: 201, json: { owner: 'team-a' } })
  })

  it('can be those of an output, which is not the reference itself', async () => {
    const { jobId, ids } = await makeJob(1)
    const { hash, name } = toOutput('o')
    expect(await mintFrom({ hash })).toMatchObject({ status: 201, json: { file_path: null } })
    expect(Object((await mintFrom({ hash })).json)).not.toHaveProperty('job_id')
    expect([jobId, ids.length, name]).toEqual([jobId, 1, 'x_00001_.png'])
  })

  it('are asked for by their hash, with the colon as it is or escaped', async () => {
    const { hash: given, id } = await upload(stack.api.url)
    const hash = given ?? ''
    const ask = async (text: string) =>
      (await fetch(`${stack.api.url}/api/v2/assets/by-hash/${text}`, { method: 'HEAD' })).status
    expect(await ask(hash)).toBe(200)
    expect(await ask(encodeURIComponent(hash))).toBe(200)
    for (const text of [`blake3:${'0'.repeat(64)}`, 'blake3:x', 'x', `sha256:${'0'.repeat(64)}`]) {
      expect(await ask(text)).toBe(404)
    }
    const gone = await fetch(`${stack.api.url}/api/v2/assets/${id}`, { method: 'DELETE' })
    expect(gone.status).toBe(204)
    expect(await ask(hash)).toBe(404)
    expect(await mintFrom({ hash })).toMatchObject({
      status: 404,
      json: { error: { code: 'blob_not_found' } },
    })
  })
})
