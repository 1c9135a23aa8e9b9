/** Whether this Node runs Safelight. */
import { type Check, fail, ok } from '../check.ts'

/** As `engines` in package.json says. */
const OLDEST = [20, 19] as const

export function nodeCheck(version = process.versions.node): Check {
  return {
    name: 'node',
    async run() {
      const [major = 0, minor = 0] = version.split('.').map(Number)
      const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
      const found = `Node ${version}`
      if (!isOld) return [ok('node', found)]
      return [fail('node', { found, advice: `use Node ${OLDEST.join('.')} or newer` })]
    },
  }
}
