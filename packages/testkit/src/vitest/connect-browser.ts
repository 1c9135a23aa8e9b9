/** The run's Chromium, from within a test. */
import type { Browser } from 'playwright-core'
import { inject } from 'vitest'

/** Closing it ends the profiles that were opened through it, and leaves the browser to others. */
export async function connectBrowser(): Promise<Browser> {
  const door = inject('browserDoor')
  if (!door) throw new Error('these tests need Chromium, and none is on the PATH')
  const answer = await fetch(door)
  const told = await answer.text()
  if (!answer.ok) throw new Error(`Chromium does not start: ${told}`)
  // here and not above: it takes half a second to load, and few who import this folder want a browser
  const { chromium } = await import('playwright-core')
  return chromium.connect(told)
}
