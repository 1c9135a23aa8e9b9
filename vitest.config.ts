import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { readTestConfig } from './packages/testkit/src/config.ts'
import { findRedisServer } from './packages/testkit/src/redis/durable-redis.ts'
import { LongestFirst } from './packages/testkit/src/vitest/longest-first.ts'

/** Tests run the sources, never a stale build. */
const sources = {
  resolve: { conditions: ['@safelight/source'] },
  ssr: { resolve: { conditions: ['@safelight/source'] } },
}

const PARTS = ['{packages,apps,tools}/*/src/**', 'e2e/src/**', 'bench/src/**']
const filesOf = (ending: string) => PARTS.map((part) => `${part}/*${ending}.test.ts`)

/** A test file says by its name what it needs: nothing, a port or Redis, processes, a browser, what is around it. */
const ENDINGS = ['.int', '.proc', '.browser', '.ops'] as const

const project = (name: string, test: object) => ({
  ...sources,
  test: {
    name,
    retry: 0,
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // a condition is waited for as long as a busy machine may need
    expect: { poll: { timeout: 30_000, interval: 20 } },
    setupFiles: ['packages/testkit/src/vitest/setup.ts'],
    ...test,
  },
})

function hasRealRedis(): boolean {
  const { redisUrl, redisKind } = readTestConfig()
  return redisUrl !== undefined || (redisKind !== 'embedded' && findRedisServer() !== null)
}

/** Of its own for what is installed: Vitest 4.1 empties one that others were installed for, and then misses the folder. */
function cacheFolder(): string {
  const installed = readFileSync(new URL('node_modules/.package-lock.json', import.meta.url))
  const hash = createHash('sha1').update(installed).digest('hex').slice(0, 8)
  return `node_modules/.cache/vitest-${hash}`
}

export default defineConfig({
  ...sources,
  test: {
    globalSetup: ['packages/testkit/src/vitest/global-setup.ts'],
    reporters: ['default', './packages/testkit/src/vitest/slowest-files.ts'],
    // files wait more than they compute: more of them at once than there are cores, if there is a Redis that bears it
    maxWorkers: hasRealRedis() ? 4 : 2,
    sequence: { sequencer: LongestFirst },
    // a source is transformed once for all projects, and not again until it changes: a fifth of the CPU of short tests
    experimental: { fsModuleCache: true, fsModuleCachePath: cacheFolder() },
    projects: [
      // processes and a browser, too: workers are kept for files of one project alone, and each costs two CPU seconds of imports
      project('integration', {
        pool: 'forks',
        isolate: false,
        include: ['.browser', '.proc', '.int'].flatMap(filesOf),
        globalSetup: ['packages/testkit/src/vitest/browser-server.ts'],
      }),
      // what a deployment stands on, and what users install; beside `npm test`, which must not take longer for it
      project('ops', { pool: 'forks', isolate: false, include: filesOf('.ops') }),
      project('unit', {
        pool: 'threads',
        isolate: false,
        include: filesOf(''),
        exclude: ENDINGS.flatMap(filesOf),
      }),
    ],
  },
})
