import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, rm, symlink, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLocalBlobs, type Disk } from './local-blobs.ts'

/** What reached the disk, in order. */
let done: string[]

const disk: Disk = {
  async open(path, flags) {
    const file = await open(path, flags)
    const sync = file.sync.bind(file)
    file.sync = async () => {
      await sync()
      const isFolder = (await file.stat()).isDirectory()
      done.push(`flush ${isFolder ? `folder ${basename(String(path))}` : 'file'}`)
    }
    return file
  },
}

let dataDir: string
beforeEach(async () => {
  done = []
  dataDir = await mkdtemp(join(tmpdir(), 'safelight-blobs-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

async function* bytes(text: string) {
  yield Buffer.from(text)
}

it('has flushed the file, its name and the names of new folders, before it says that a blob is stored', async () => {
  const blobs = createLocalBlobs(dataDir, disk)
  await blobs.write('ea/key', bytes('hello'))
  const all = ['file', 'folder ea', 'folder blobs', `folder ${basename(dataDir)}`]
  expect(done.toSorted()).toEqual(all.map((what) => `flush ${what}`).toSorted())
  done = []
  await blobs.write('ea/other', bytes('hello'))
  expect(done.toSorted()).toEqual(['flush file', 'flush folder ea'])
})

it('says that a blob is not stored when its folder could not be flushed, and keeps nothing of it', async () => {
  const broken: Disk = {
    async open(path, flags) {
      const file = await open(path, flags)
      if (flags === 'r')
        file.sync = () => Promise.reject(Object.assign(new Error(), { code: 'EIO' }))
      return file
    },
  }
  await expect(createLocalBlobs(dataDir, broken).write('ea/key', bytes('x'))).rejects.toMatchObject(
    { reason: 'EIO' },
  )
  expect(await readdir(join(dataDir, 'blobs', 'ea'))).toEqual([])
})

it('leaves what is there already as it is', async () => {
  const blobs = createLocalBlobs(dataDir, disk)
  await blobs.write('ea/key', bytes('first'))
  await expect(blobs.write('ea/key', bytes('second'))).rejects.toMatchObject({ code: 'EEXIST' })
  expect((await blobs.read('ea/key'))?.size).toBe(5)
})

it('refuses keys that lead out of its folder', async () => {
  const blobs = createLocalBlobs(dataDir, disk)
  for (const key of ['../a', '/etc/passwd', 'a/../../b', '..']) {
    await expect(blobs.write(key, bytes('x'))).rejects.toThrow('out of the folder')
    await expect(blobs.read(key)).rejects.toThrow('out of the folder')
  }
})

it('says of what it cannot open that the store failed, and not where', async () => {
  await mkdir(join(dataDir, 'blobs', 'ea'), { recursive: true })
  await symlink('key', join(dataDir, 'blobs', 'ea', 'key'))
  await expect(createLocalBlobs(dataDir, disk).read('ea/key')).rejects.toMatchObject({
    code: 'blob_store_failed',
    message: expect.not.stringContaining(dataDir),
    reason: 'ELOOP',
  })
})

it.runIf(existsSync('/dev/full'))(
  'says of a full disk that the store failed, and of a body that broke off what it says',
  async () => {
    const full: Disk = {
      open: (path, flags) => open(flags === 'wx' ? '/dev/full' : path, 'w'),
    }
    await expect(createLocalBlobs(dataDir, full).write('ea/key', bytes('x'))).rejects.toMatchObject(
      {
        code: 'blob_store_failed',
        reason: 'ENOSPC',
      },
    )
    async function* broken() {
      yield Buffer.from('x')
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' })
    }
    await expect(createLocalBlobs(dataDir, disk).write('ea/key', broken())).rejects.toThrow('gone')
  },
)
