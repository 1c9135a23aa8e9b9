/** The settings of test runs; the only place in the tests that reads the environment. */

export interface TestConfig {
  /** Test against this Redis instead of starting one. */
  redisUrl: string | undefined
  /** Start exactly this kind: `process`, `docker` or `embedded`. */
  redisKind: 'process' | 'docker' | 'embedded' | undefined
  /** CI: what cannot run fails instead of being skipped. */
  requireAll: boolean
  /** Use this Chromium instead of the one on the PATH. */
  chromium: string | undefined
  /** A `node` of version 22 or newer. */
  newerNode: string | undefined
  path: string
  /** Requests that the fuzz of the API makes. */
  fuzzRequests: number
}

export function readTestConfig(env: NodeJS.ProcessEnv = process.env): TestConfig {
  return {
    redisUrl: env['REDIS_URL'] || undefined,
    redisKind: toKind(env['SAFELIGHT_TEST_REDIS']),
    requireAll: env['SAFELIGHT_REQUIRE_ALL'] === '1',
    chromium: env['CHROMIUM_PATH'] || undefined,
    newerNode: env['SAFELIGHT_NODE24'] || undefined,
    path: env['PATH'] ?? '',
    fuzzRequests: Number(env['SAFELIGHT_FUZZ'] || 1_500),
  }
}

function toKind(name: string | undefined): TestConfig['redisKind'] {
  if (!name) return undefined
  if (name === 'process' || name === 'docker' || name === 'embedded') return name
  throw new Error('SAFELIGHT_TEST_REDIS must be process, docker or embedded')
}

/** What processes that tests start inherit: enough to be found and to run, nothing of our settings. */
export function childEnv(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'NO_COLOR']
  return Object.fromEntries(kept.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
}

/** What npm needs on top to find its registry and its cache as whoever runs the tests has set them up. */
export function npmEnv(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const wanted =
    /^(npm_config_(userconfig|globalconfig|registry|cache)|(https?|no)_proxy|node_extra_ca_certs)$/i
  const found = Object.entries(env).flatMap(([name, value]) =>
    value && wanted.test(name) ? [[name, value] as const] : [],
  )
  return { ...childEnv(env), ...Object.fromEntries(found) }
}
