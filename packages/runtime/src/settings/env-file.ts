/** Settings in a file, beside those of the environment: a running process can read it again, its own environment never changes. */
import { parseEnv } from 'node:util'
import { ConfigError, type Environment } from './parse-config.ts'
import { readSettingFile } from './read-setting-file.ts'
import { resolveFolder } from './resolve-folder.ts'

/**
 * What the environment says wins; an empty variable says nothing.
 * @throws ConfigError when SAFELIGHT_ENV_FILE names a file that cannot be read
 */
export function withEnvFile(env: Environment): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value))
  const file = given['SAFELIGHT_ENV_FILE']
  return file === undefined ? given : { ...readEnvFile(resolveFolder(file, env)), ...given }
}

function readEnvFile(path: string): Environment {
  const read = readSettingFile(path)
  if ('problem' in read) throw new ConfigError([`SAFELIGHT_ENV_FILE: ${read.problem}`])
  // it cannot name another one
  return { ...parseEnv(read.bytes.toString()), SAFELIGHT_ENV_FILE: undefined }
}
