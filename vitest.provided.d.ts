/** What `e2e/src/global-setup.ts` provides to every test (`inject('redisUrl')`). */
import 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis shared by the whole run: use an own namespace, never FLUSH it. */
    redisUrl: string
    redisKind: 'external' | 'process' | 'docker' | 'embedded'
    /** True where nothing may be skipped (CI): `it.skipIf(missing && !inject('requireAll'))`. */
    requireAll: boolean
    /** Tells where the Chromium is that browser tests share; null: there is none on this machine. */
    browserDoor: string | null
  }
}
