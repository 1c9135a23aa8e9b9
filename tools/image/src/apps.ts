/** The apps that are shipped as images, and what each has beside its code. */

export interface ShippedApp {
  /** Its workspace. */
  name: string
  /** It serves the built web page. */
  page: boolean
  /** Packages that a part of it could use, and this app never does. */
  without: readonly string[]
}

export const APPS = {
  api: { name: '@safelight/api', page: true, without: [] },
  // the library that makes thumbnails, larger than all the rest together: those who serve them do
  worker: { name: '@safelight/worker', page: false, without: ['sharp'] },
} as const satisfies Record<string, ShippedApp>

export type AppName = keyof typeof APPS

/** Where a tree says what it is made of: CycloneDX, JSON. */
export const SBOM_FILE = 'sbom.cdx.json'
