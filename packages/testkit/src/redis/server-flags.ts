/** Flags for every real server we start: queues must never lose keys to eviction. */
export function serverFlags(dataDir: string | undefined): string[] {
  const keep = dataDir
    ? ['--appendonly', 'yes', '--appendfsync', 'everysec']
    : ['--appendonly', 'no']
  return [...keep, '--save', '', '--maxmemory-policy', 'noeviction']
}
