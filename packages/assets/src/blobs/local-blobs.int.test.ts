import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, rename, rm, symlink } from 'node:fs/promises'
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
  async rename(from, to) {
    await rename(from, to)
    done.push(`rename ${basename(String(to))}`)
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
it('has flushed the file, then its name, then the folder of that, before it says that a blob is stored', async () => {
  await createLocalBlobs(dataDir, disk).write('ea/key', bytes('hello'))
  expect(done).toEqual(['flush file', 'rename key', 'flush folder ea', 'flush folder blobs'])
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
      ...disk,
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
