/** Every view, by day and by night, on a desk and on a phone: usable by everybody, and nothing hangs over the edge. */
import { createRequire } from 'node:module'
import { createClient } from '@safelight/client'
import { noBrowser, openPage } from '@safelight/testkit/browser'
import { connectBrowser } from '@safelight/testkit/vitest'
import type axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { endOf, submit, textToImage, whenExecuting } from '../testing/client.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import { raising, slow } from '../testing/workflows.ts'

const LOOKS = [
  { size: { width: 1280, height: 860 }, colorScheme: 'light' },
  { size: { width: 1280, height: 860 }, colorScheme: 'dark' },
  { size: { width: 360, height: 740 }, colorScheme: 'light' },
  { size: { width: 360, height: 740 }, colorScheme: 'dark' },
] as const
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const VIEWS = [
  'generate',
  'running',
  'queued',
  'done',
  'failed',
  'jobs',
  'dead letters',
  'gallery',
  'asset',
  'a file put to use',
  'fleet',
  'no such page',
] as const

describe.skipIf(noBrowser)('every view (needs Chromium, which is not here)', () => {
  let stack: Stack
  let browser: Browser
  let page: Page
  const paths = new Map<string, string>()
  beforeAll(async () => {
    stack = await openTestStack({ speed: 10 })
    const [url = ''] = stack.urls
    const done = await submit(url, textToImage(950, 2))
    const failed = await submit(url, raising('value_error'))
    const [{ outputs }] = await Promise.all([endOf(url, done.id), endOf(url, failed.id)])
    const running = await submit(url, slow({ steps: 10_000, seconds: 1 }))
    const queued = []
    for (let n = 0; n < 3; n += 1)
      queued.push(await submit(url, slow({ steps: 10_000, seconds: 1 })))
    await whenExecuting(url, running.id)
    const toPath = {
      generate: '/',
      running: `/jobs/${running.id}`,
      queued: `/jobs/${queued.at(-1)?.id}`,
      done: `/jobs/${done.id}`,
      failed: `/jobs/${failed.id}`,
      jobs: '/jobs',
      'dead letters': '/jobs?view=dead',
      gallery: '/gallery',
      asset: `/gallery/${outputs[0]?.id}`,
      'a file put to use': `/?use=${outputs[0]?.id}`,
      fleet: '/fleet',
      'no such page': '/nowhere',
    } satisfies Record<(typeof VIEWS)[number], string>
    for (const view of VIEWS) paths.set(view, `${url}${toPath[view]}`)
    browser = await connectBrowser()
    // axe is brought into the page by the test, not by the page
    page = (await openPage(browser, { bypassCSP: true })).page
  })
  afterAll(async () => {
    await browser.close()
    // or the worker would wait for them before it stops
    await createClient({ baseUrl: stack.urls[0] ?? '' }).jobs.cancelMany({ all: true })
    await stack.close()
  })

  // one after the other in one tab: to go on to the next address is a third of the work of a tab of its own
  it.for(VIEWS)(
    'has no serious accessibility problem and no sideways scrolling, by day and by night, on a desk and on a phone: %s',
    async (view, { expect }) => {
      const problems: string[] = []
      await take(LOOKS[0])
      await page.goto(paths.get(view) ?? '')
      await page.locator('main h1, main h2').first().waitFor()
      await page.waitForLoadState('load')
      await page.addScriptTag({ path: AXE })
      for (const look of LOOKS) {
        await take(look)
        const name = `${look.size.width} px, ${look.colorScheme}`
        const { violations } = await page.evaluate<axe.AxeResults>(() =>
          Reflect.get(window, 'axe').run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
            // of what is well only that it is
            resultTypes: ['violations'],
          }),
        )
        for (const { id, impact, nodes } of violations) {
          if (impact !== 'serious' && impact !== 'critical') continue
          problems.push(...nodes.map(({ html }) => `${name}: ${id}: ${html.slice(0, 160)}`))
        }
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        if (over > 0) problems.push(`${name}: hangs over by ${over} px`)
      }
      expect(problems).toEqual([])
    },
  )

  async function take({ size, colorScheme }: (typeof LOOKS)[number]): Promise<void> {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme })
  }
})
