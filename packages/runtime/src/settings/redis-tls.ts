/** The files that REDIS_CA_FILE, REDIS_CERT_FILE and REDIS_KEY_FILE name, as they were at the start: other files need a restart. */
import { createSecureContext } from 'node:tls'
import { ConfigError, type Environment } from './parse-config.ts'
import { isTlsUrl } from './redis-url.ts'
import { readSettingFile } from './read-setting-file.ts'
import { resolveFolder } from './resolve-folder.ts'

/** As `tls.connect` takes them. */
export interface RedisTls {
  ca?: Buffer
  cert?: Buffer
  key?: Buffer
}

export interface RedisTlsSettings {
  REDIS_URL: string
  REDIS_CA_FILE?: string | undefined
  REDIS_CERT_FILE?: string | undefined
  REDIS_KEY_FILE?: string | undefined
}

const FILES = { REDIS_CA_FILE: 'ca', REDIS_CERT_FILE: 'cert', REDIS_KEY_FILE: 'key' } as const

/** @throws ConfigError for files that cannot be read, halves of a pair, and files for a Redis without TLS */
export function readRedisTls(config: RedisTlsSettings, env: Environment): RedisTls {
  const names = (['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'] as const).filter(
    (name) => config[name],
  )
  const problems: string[] = []
  if (!isTlsUrl(config.REDIS_URL)) {
    problems.push(...names.map((name) => `${name}: is for a REDIS_URL with rediss:// only`))
  }
  if (!config.REDIS_CERT_FILE !== !config.REDIS_KEY_FILE) {
    problems.push('REDIS_CERT_FILE: it and REDIS_KEY_FILE go together')
  }
  const tls: RedisTls = {}
  for (const name of names) {
    const read = readSettingFile(resolveFolder(config[name] ?? '', env))
    if ('bytes' in read) tls[FILES[name]] = read.bytes
    else problems.push(`${name}: ${read.problem}`)
  }
  if (problems.length === 0 && !isUsable(tls)) {
    problems.push(`${names.join(', ')}: cannot be used (no PEM, or a key of another certificate)`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return tls
}

function isUsable(tls: RedisTls): boolean {
  try {
    createSecureContext(tls)
    return true
  } catch {
    return false
  }
}
