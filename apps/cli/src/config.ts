/** The settings of the command line, from the environment; options come first. */

export interface CliConfig {
  /** Where the API is. */
  url: string
  token: string | undefined
  /** `NO_COLOR`, `TERM`: what the terminal can and may do. */
  terminal: Readonly<Record<string, string | undefined>>
  /** A browser could be shown. */
  hasDisplay: boolean
}

export const DEFAULT_URL = 'http://127.0.0.1:8080'

export function readCliConfig(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): CliConfig {
  return {
    url: env['SAFELIGHT_URL'] || DEFAULT_URL,
    token: env['SAFELIGHT_TOKEN'] || undefined,
    terminal: { NO_COLOR: env['NO_COLOR'], TERM: env['TERM'] },
    // elsewhere there is always one; without one, Linux would open a browser inside the terminal
    hasDisplay: platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']),
  }
}
