/** The run's Chromium, from within a test. */
import { type Browser, chromium } from 'playwright-core'
import { inject } from 'vitest'

/** Closing it ends the profiles that were opened through it, and leaves the browser to others. */
export function connectBrowser(): Promise<Browser> {
  const endpoint = inject('browserEndpoint')
  if (!endpoint) throw new Error('these tests need Chromium, and none is on the PATH')
  return chromium.connect(endpoint)
}
