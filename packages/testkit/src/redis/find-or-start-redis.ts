/** Finds a Redis or starts one, so that everything works on a bare machine. */
import type { LaunchedRedis, RedisKind } from './launched-redis.ts'
import { startRedisDocker } from './redis-docker.ts'
import { startRedisEmbedded } from './redis-embedded.ts'
import { startRedisProcess } from './redis-process.ts'

export interface FindRedisOptions {
  /** Use this one and start nothing. */
  url?: string
  /** Keep data here across restarts; a temporary folder otherwise. */
  dataDir?: string
  /** Only this way of starting one, e.g. to test on the embedded server. */
  only?: Exclude<RedisKind, 'external'>
  log?: (line: string) => void
  signal?: AbortSignal
}

/** In this order: the given url, a server binary on the PATH, Docker, a server inside this process. */
export async function findOrStartRedis(options: FindRedisOptions = {}): Promise<LaunchedRedis> {
  const { url, dataDir, only, signal, log = () => undefined } = options
  if (url) return { url, kind: 'external', close: async () => undefined }
  const launch = { log, ...(dataDir ? { dataDir } : {}), ...(signal ? { signal } : {}) }
  const ways = {
    process: startRedisProcess,
    docker: startRedisDocker,
    embedded: () => startRedisEmbedded(log),
  }
  const order = only ? [only] : (['process', 'docker', 'embedded'] as const)
  for (const kind of order) {
    signal?.throwIfAborted()
    const redis = await ways[kind](launch)
    if (redis) return redis
  }
  throw new Error(`no Redis of the kind "${only}" can be started here`)
}
