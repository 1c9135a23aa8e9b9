import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { contractFor } from '../testing/blob-store-contract.ts'
import { openS3Rig, toS3Settings } from '../testing/s3-rig.ts'
import { openBlobStore } from './open-blob-store.ts'
import { isSwiftHere, startSwift, type Swift } from '../testing/swift.ts'

const CONTRACT = contractFor(['urls', 'rights', 'single first byte', 'list of uploads'])

const noSwift =
  isSwiftHere() || inject('requireAll') ? '' : ' (skipped: Swift is not installed here)'

describe.skipIf(noSwift)(`blobs in OpenStack Swift${noSwift}`, () => {
  let swift: Swift
  beforeAll(async () => {
    swift = await startSwift()
  })
  afterAll(() => swift.close())

  it.each(CONTRACT)('$name', async ({ run }) => {
    const rig = await openS3Rig(swift)
    // parts are objects of their own there, and S3 shows none of them
    const list = async () => [...(await rig.list()), ...(await swift.filesOnDisk())]
    await expect(run({ ...rig, list })).resolves.toBeUndefined()
  })

  it.each([
    ['S3_SECRET_ACCESS_KEY', 'guessed', 'SignatureDoesNotMatch'],
    ['S3_ACCESS_KEY_ID', 'somebody', 'SignatureDoesNotMatch'],
  ])(
    'are not opened with a wrong %s, and nobody is told what it was',
    async (name, value, reason) => {
      const { bucket } = await openS3Rig(swift)
      const settings = toS3Settings(swift, { S3_BUCKET: bucket, [name]: value })
      await expect(openBlobStore(settings)).rejects.toMatchObject({
        message: `the blob store did not take bytes: ${reason}`,
      })
    },
  )
})

const MINIO = 'minio/minio:RELEASE.2025-04-22T22-12-26Z'
const PULL_MS = 300_000

const engine = await getContainerRuntimeClient().catch(() => null)
const noEngine = engine ? '' : ' (skipped: no container engine answers here)'

it.skipIf(noEngine)(
  `do in MinIO what they do everywhere${noEngine}`,
  async () => {
    const container = await new GenericContainer(MINIO)
      .withCommand(['server', '/data'])
      .withExposedPorts(9000)
      .withWaitStrategy(Wait.forHttp('/minio/health/ready', 9000))
      .start()
    onTestFinished(async () => void (await container.stop()))
    const access = {
      endpoint: `http://${container.getHost()}:${container.getMappedPort(9000)}`,
      accessKeyId: 'minioadmin',
      secretAccessKey: 'minioadmin',
    }
    for (const { run } of CONTRACT) {
      await expect(run(await openS3Rig(access))).resolves.toBeUndefined()
    }
  },
  PULL_MS,
)
