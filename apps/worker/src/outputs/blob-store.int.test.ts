import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createBlobStore, type Disk } from './blob-store.ts'

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
const HELLO = 'ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f'

it('has flushed the file, then its name, then the folder of that, before it says that a blob is stored', async () => {
  const blobs = createBlobStore(dataDir, disk)
  expect(await blobs.write(bytes('hello'), { maxBytes: 9 })).toEqual({ hash: HELLO, size: 5 })
  expect(done).toEqual(['flush file', `rename ${HELLO}`, 'flush folder ea', 'flush folder blobs'])
})

it('flushes bytes that it holds already again: whoever wrote them may not have come so far', async () => {
  const blobs = createBlobStore(dataDir, disk)
  await blobs.write(bytes('hello'), { maxBytes: 9 })
  done = []
  await blobs.write(bytes('hello'), { maxBytes: 9 })
  expect(done).toEqual(['flush file', `rename ${HELLO}`, 'flush folder ea'])
})
