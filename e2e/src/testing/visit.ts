/** A tab that a test opens on an address, and that goes when the test ends. */
import type { Browser } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { type OpenPage, openPage } from '@safelight/testkit/browser'

export async function visit(browser: Browser, address: string): Promise<OpenPage> {
  const opened = await openPage(browser)
  onTestFinished(() => opened.close())
  await opened.page.goto(address)
  return opened
}
