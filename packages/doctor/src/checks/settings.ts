/** Settings that are each allowed, and together make no sense. */
import { type Check, ok, warn } from '../check.ts'

export interface Quarrel {
  /** They are at odds. */
  isSo: boolean
  found: string
  advice: string
}

/** Of settings that an API and a worker have both. @param isSet whether somebody has set it, as defaults quarrel with nobody */
export function commonQuarrels(
  config: { ASSET_STORE: string; SAFELIGHT_TIMINGS?: unknown },
  isSet: (name: 'S3_BUCKET') => boolean,
): Quarrel[] {
  return [
    {
      isSo: config.ASSET_STORE === 'local' && isSet('S3_BUCKET'),
      found: 'S3_BUCKET is set, and ASSET_STORE is local: nothing goes there',
      advice: 'set ASSET_STORE=s3, on the API and all workers',
    },
    {
      isSo: config.SAFELIGHT_TIMINGS !== undefined,
      found: 'SAFELIGHT_TIMINGS is set: it is for tests',
      advice: 'leave it out',
    },
  ]
}

export function settingsCheck(quarrels: readonly Quarrel[]): Check {
  return {
    name: 'settings',
    async run() {
      const found = quarrels.filter(({ isSo }) => isSo)
      if (found.length === 0) return [ok('settings', 'none is at odds with another')]
      return found.map(({ found: what, advice }) => warn('settings', { found: what, advice }))
    },
  }
}
