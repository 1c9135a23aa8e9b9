/** The API dies under a page that watches, and comes back. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { noBrowser, openPage } from '@safelight/testkit/browser'
import { connectBrowser } from '@safelight/testkit/vitest'
import { endOf, submit } from '../testing/client.ts'
import { setFaults } from '../testing/hosts.ts'
import { openQuickCluster } from '../testing/quick-cluster.ts'
import { recordShown, whenShown } from '../testing/job-page.ts'
import { slow } from '../testing/workflows.ts'

describe.skipIf(noBrowser)('the API killed (needs Chromium, which is not here)', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await connectBrowser()
  })
  afterAll(() => browser.close())

  it('makes the page say Reconnecting, and then the truth', async (context) => {
    const cluster = await openQuickCluster({ speed: 1 }, context)
    const [api] = cluster.apis
    const [host] = cluster.simulators
    if (!api || !host) throw new Error('one of each was asked for')
    const { id } = await submit(api.url, slow({ steps: 60, seconds: 0.15 }))
    const { page, close } = await openPage(browser)
    onTestFinished(() => close())
    await page.goto(`${api.url}/jobs/${id}`)
    const before = await whenShown(page, ({ percent }) => percent > 5)
    const recording = await recordShown(page)
    // however long it takes to come back, the job is in its middle
    await setFaults(host, { held: true })

    await api.kill('SIGKILL')
    const lost = await whenShown(page, ({ badge }) => badge === 'Reconnecting')
    expect(lost.percent).toBeGreaterThanOrEqual(before.percent)
    await api.start()
    const back = await whenShown(page, ({ badge }) => badge === 'Nodes')
    expect(back.percent).toBeGreaterThanOrEqual(lost.percent)
    await setFaults(host, { held: false })
    await endOf(api.url, id)
    await whenShown(page, ({ badge, percent }) => badge === 'Complete' && percent === 100)
    const percents = (await recording.stop()).map(({ percent }) => percent)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
  })
})
