/** The page of the hosts, while one of them is drained and resumed. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { until } from '@safelight/testkit'
import { noBrowser, openPage } from '@safelight/testkit/browser'
import { connectBrowser } from '@safelight/testkit/vitest'
import { endOf, submit, textToImage } from '../testing/client.ts'
import { whenHost } from '../testing/hosts.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'

describe.skipIf(noBrowser)('the page of the fleet (needs Chromium, which is not here)', () => {
  let stack: Stack
  let browser: Browser
  let url: string
  beforeAll(async () => {
    stack = await openTestStack({
      dialects: ['0.33.0', '0.3.64'],
      speed: 10,
    })
    url = stack.urls[0] ?? ''
    browser = await connectBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await stack.close()
  })

  it('drains a host with a reason, sends its jobs elsewhere, and lets it work again', async () => {
    const hostId = new URL(stack.simulators[0]?.url ?? '').host
    const { page, complaints, close } = await openPage(browser)
    onTestFinished(() => close())
    await page.goto(`${url}/fleet`)
    const card = page.getByRole('article', { name: hostId })
    await card.getByText('Ready').waitFor()

    await card.getByRole('button', { name: 'Drain' }).click()
    await card.getByRole('textbox').fill('new driver')
    await card.getByRole('button', { name: 'Drain' }).click()
    await card.getByText('Draining', { exact: true }).waitFor()
    await until(async () => (await card.innerText()).includes('new driver'), {
      what: 'the reason is shown',
    })
    await whenHost(url, hostId, ({ state }) => state === 'draining')

    await card.getByText('Nothing of ours is there any more').waitFor()

    const [drained, other] = stack.simulators
    const jobs = await Promise.all([1, 2, 3].map((n) => submit(url, textToImage(950 + n, 2))))
    for (const { id } of jobs) expect((await endOf(url, id)).status).toBe('succeeded')
    expect([drained?.executions().length, other?.executions().length]).toEqual([0, 3])
    const otherCard = page.getByRole('article', { name: new URL(other?.url ?? '').host })
    await otherCard.getByText('sd_xl_base_1.0').first().waitFor()

    await card.getByRole('button', { name: 'Resume' }).click()
    await card.getByText('Ready').waitFor()
    expect((await whenHost(url, hostId, ({ drain }) => drain === null)).drain).toBeNull()
    expect(complaints).toEqual([])
  })
})
