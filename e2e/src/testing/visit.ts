/** A tab that a test opens on an address. When the test ends it is emptied, and the next test's: one of its own costs a second of CPU. */
import type { Browser } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { DESK, type OpenPage, openPage } from '@safelight/testkit/browser'

/** Those that nobody uses now. They go with the connection to the browser. */
const idle = new WeakMap<Browser, OpenPage[]>()

/** Nothing of an earlier test is in it: no storage, no cookie, no complaint, no other size. */
export async function visit(
  browser: Browser,
  address: string,
  viewport = DESK,
): Promise<Omit<OpenPage, 'close'>> {
  const tabs = idle.get(browser) ?? []
  idle.set(browser, tabs)
  const tab = tabs.pop() ?? (await openPage(browser))
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') return tab.close()
    await empty(tab, address)
    tabs.push(tab)
  })
  await tab.page.setViewportSize(viewport)
  await tab.page.goto(address)
  return tab
}

async function empty({ page, complaints }: OpenPage, address: string): Promise<void> {
  // of the same origin, and without a script that could write again
  await page.goto(new URL('/favicon.svg', address).href)
  await page.evaluate(() => {
    localStorage.clear()
    sessionStorage.clear()
  })
  await page.context().clearCookies()
  await page.goto('about:blank')
  complaints.length = 0
}
