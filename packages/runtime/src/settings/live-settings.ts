/** Settings that are read again while a process runs: some take effect, of the others it is said that they do not. */
import type { Logger } from '../logger.ts'
import { ConfigError, type Environment } from './parse-config.ts'

export interface LiveSettingsDeps<Config> {
  /** In use: what is live is written into it, and is to be read where it is used. */
  config: Config
  /** What it was made of. */
  env: Environment
  /** The environment as it is now. @throws ConfigError */
  read: () => Environment
  loadConfig: (env: Environment) => Config
  settings: { all: readonly string[]; live: readonly (keyof Config & string)[] }
  log: Logger
}

export interface LiveSettings {
  /** Settings that cannot be used leave all of them as they are, and a line in the log. */
  readAgain: () => void
}

export function openLiveSettings<Config>(deps: LiveSettingsDeps<Config>): LiveSettings {
  const { config, read, loadConfig, settings, log } = deps
  /** As the process goes by it: what needs a restart stays as it was at the start. */
  let inUse = deps.env

  function take(env: Environment): void {
    const next = loadConfig(env)
    // by their text, of which nothing is told: it may be a secret
    const changed = settings.all.filter((name) => (env[name] ?? '') !== (inUse[name] ?? ''))
    const taken = settings.live.filter((name) => changed.includes(name))
    for (const name of taken) config[name] = next[name]
    inUse = { ...inUse, ...Object.fromEntries(taken.map((name) => [name, env[name]])) }
    const left = changed.filter((name) => !taken.some((live) => live === name))
    log.info({ changed: taken }, 'settings read again')
    if (left.length > 0) log.warn({ changed: left }, 'these settings need a restart')
  }

  return {
    readAgain() {
      try {
        take(read())
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        const { problems } = error
        log.warn({ problems }, 'settings cannot be used: they stay as they are')
      }
    },
  }
}
