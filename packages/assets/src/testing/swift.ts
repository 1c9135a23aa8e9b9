/** OpenStack Swift with its S3 API, of Debian's package python3-swift: a real service, in a process of its own. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProcess } from '@safelight/testkit'
import type { S3Access } from './s3-rig.ts'

const SERVER = fileURLToPath(new URL('swift-server.py', import.meta.url))
/** Where the package python3-swift puts it. */
const MODULE = '/usr/lib/python3/dist-packages/swift'

export const isSwiftHere = (): boolean => existsSync(MODULE)

export interface Swift extends S3Access {
  /** Of all objects, and of the parts of which large ones are made. */
  filesOnDisk: () => Promise<string[]>
  close: () => Promise<void>
}

export async function startSwift(): Promise<Swift> {
  const folder = await mkdtemp(join(tmpdir(), 'safelight-swift-'))
  const server = createProcess({
    name: 'swift',
    // Debian's own Python has its packages, another on the PATH has not
    command: '/usr/bin/python3',
    args: [SERVER, folder],
    env: { LC_ALL: 'C.UTF-8' },
    logDir: folder,
    isReady: async (told) => /^ready \d+$/m.test(await told()),
  })
  await server.start()
  const port = /^ready (\d+)$/m.exec(await server.told())?.[1]
  return {
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: 'test:tester',
    secretAccessKey: 'testing',
    async filesOnDisk() {
      const names = await readdir(join(folder, 'disk'), { recursive: true })
      return names.filter((name) => name.includes('objects/') && name.endsWith('.data'))
    },
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
