/** What every way of getting a Redis returns and is asked for. */

/** How the Redis came to be. `embedded` keeps nothing and is slow: for trying out only. */
export type RedisKind = 'external' | 'process' | 'docker' | 'embedded'

export interface LaunchedRedis {
  url: string
  kind: RedisKind
  /** Stops what was started; an external Redis is left alone. Safe to call twice. */
  close(): Promise<void>
}

export interface LaunchOptions {
  /** Keep data here across restarts (append-only file). Without it nothing outlives `close`. */
  dataDir?: string
  log: (line: string) => void
  signal?: AbortSignal
}

/** Flags for every real server we start: queues must never lose keys to eviction. */
export function serverFlags(dataDir: string | undefined): string[] {
  const keep = dataDir
    ? ['--appendonly', 'yes', '--appendfsync', 'everysec']
    : ['--appendonly', 'no']
  return [...keep, '--save', '', '--maxmemory-policy', 'noeviction']
}
