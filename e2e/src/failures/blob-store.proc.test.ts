/** The whole house on a bucket, and a bucket that is away for a while. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openGate } from '@safelight/testkit'
import S3rver from 's3rver'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endOf, submit, whenBegun } from '../testing/client.ts'
import { outcomesOf } from '../testing/hosts.ts'
import { openQuickCluster } from '../testing/quick-cluster.ts'
import { slow } from '../testing/workflows.ts'

async function startBucket() {
  const directory = await mkdtemp(join(tmpdir(), 'safelight-bucket-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const configureBuckets = [{ name: 'pictures', configs: [] }]
  const options = { address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets }
  const server = new S3rver(options)
  const { port } = await server.run()
  onTestFinished(() => server.close())
  const gate = await openGate(`http://127.0.0.1:${port}`)
  onTestFinished(() => gate.close())
  const settings = {
    ASSET_STORE: 's3',
    S3_BUCKET: 'pictures',
    S3_ENDPOINT: gate.url,
    S3_FORCE_PATH_STYLE: 'true',
    S3_ACCESS_KEY_ID: 'S3RVER',
    S3_SECRET_ACCESS_KEY: 'S3RVER',
  }
  return { gate, settings }
}

describe('blob store away', () => {
  it('keeps jobs waiting until it is back; nothing runs twice, and nothing is in a folder', async (context) => {
    const { gate, settings } = await startBucket()
    const env = { api: settings, worker: settings }
    const cluster = await openQuickCluster({ speed: 1, env }, context)
    const url = cluster.apis[0]?.url ?? ''
    const { id } = await submit(url, slow({ steps: 2, seconds: 0.1 }))
    const { outputs } = await endOf(url, id)
    const answer = await fetch(outputs[0]?.url ?? '')
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect((await answer.arrayBuffer()).byteLength).toBe(outputs[0]?.size_bytes)

    // shut while it runs, so that its output has nowhere to go
    const next = await submit(url, slow({ steps: 4, seconds: 0.3 }))
    await whenBegun(url, next.id)
    gate.shut()
    await expect.poll(() => cluster.workers[0]?.told()).toContain('outputs not collected')
    gate.reopen()
    expect(await endOf(url, next.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomesOf(cluster.simulators)).toEqual(['success', 'success'])
    expect(await readdir(join(cluster.folder, 'data')).catch(() => [])).toEqual([])
  })
})
