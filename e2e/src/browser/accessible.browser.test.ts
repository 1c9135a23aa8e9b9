/** Every view, by day and by night, on a desk and on a phone: usable by everybody, and nothing hangs over the edge. */
import { createRequire } from 'node:module'
import { createClient } from '@safelight/client'
import { launchBrowser, noBrowser, openPage } from '@safelight/testkit/browser'
import type axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { endOf, submit, textToImage, whenExecuting } from '../testing/client.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import { raising, slow } from '../testing/workflows.ts'

const SIZES = { desk: { width: 1280, height: 860 }, phone: { width: 360, height: 740 } }
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

describe.skipIf(noBrowser)('every view (needs Chromium, which is not here)', () => {
  let stack: Stack
  let browser: Browser
  const paths = new Map<string, string>()
  beforeAll(async () => {
    stack = await openTestStack({ speed: 10 })
    const [url = ''] = stack.urls
    const done = await submit(url, textToImage(950, 2))
    const failed = await submit(url, raising('value_error'))
    await Promise.all([endOf(url, done.id), endOf(url, failed.id)])
    const running = await submit(url, slow({ steps: 10_000, seconds: 1 }))
    const queued = []
    for (let n = 0; n < 3; n += 1)
      queued.push(await submit(url, slow({ steps: 10_000, seconds: 1 })))
    await whenExecuting(url, running.id)
    for (const [view, path] of Object.entries({
      generate: '/',
      running: `/jobs/${running.id}`,
      queued: `/jobs/${queued.at(-1)?.id}`,
      done: `/jobs/${done.id}`,
      failed: `/jobs/${failed.id}`,
      jobs: '/jobs',
      'dead letters': '/jobs?view=dead',
      fleet: '/fleet',
      'no such page': '/nowhere',
    })) {
      paths.set(view, `${url}${path}`)
    }
    browser = await launchBrowser()
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    // or the worker would wait for them before it stops
    await createClient({ baseUrl: stack.urls[0] ?? '' }).jobs.cancelMany({ all: true })
    await stack.close()
  })

  it.each([
    ['desk', 'light'],
    ['desk', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const)(
    'has no serious accessibility problem and no sideways scrolling: %s, %s',
    async (size, colorScheme) => {
      const viewport = SIZES[size]
      const opened = await openPage(browser, {
        viewport,
        colorScheme,
        reducedMotion: 'reduce',
        // axe is brought into the page by the test, not by the page
        bypassCSP: true,
      })
      onTestFinished(() => opened.close())
      const { page } = opened
      const problems: string[] = []
      for (const [view, address] of paths) {
        await page.goto(address)
        await page.locator('main h1, main h2').first().waitFor()
        await page.waitForLoadState('load')
        await page.addScriptTag({ path: AXE })
        const { violations } = await page.evaluate<axe.AxeResults>(() =>
          Reflect.get(window, 'axe').run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
          }),
        )
        for (const { id, impact, nodes } of violations) {
          if (impact !== 'serious' && impact !== 'critical') continue
          problems.push(...nodes.map(({ html }) => `${view}: ${id}: ${html.slice(0, 160)}`))
        }
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        if (over > 0) problems.push(`${view}: hangs over by ${over} px`)
      }
      expect(problems).toEqual([])
      expect(paths.size).toBe(9)
    },
    90_000,
  )
})
