/** The list of jobs: live, long, and good for many at once. */
import { createClient } from '@safelight/client'
import { until } from '@safelight/testkit'
import { noBrowser } from '@safelight/testkit/browser'
import { connectBrowser } from '@safelight/testkit/vitest'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { endOf, submit, textToImage, whenJob } from '../testing/client.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import { visit } from '../testing/visit.ts'
import { raising, slow } from '../testing/workflows.ts'

const MANY = 1_000
const AT_ONCE = 20
/** A busy machine that answers late makes the page complain, and proves nothing of it. */
const PATIENT = { requestDeadlineMs: 60_000, store: { redisCommandMs: 60_000 } }

describe.skipIf(noBrowser)('the list of jobs (needs Chromium, which is not here)', () => {
  let browser: Browser
  let stack: Stack
  beforeAll(async () => {
    browser = await connectBrowser()
    stack = await openTestStack({ speed: 5 })
  })
  afterAll(async () => {
    await browser.close()
    await stack.close()
  })

  const open = (address: string) => visit(browser, address)

  it('shows new jobs as they come, their bars as they move, and how they ended', async () => {
    const [url = ''] = stack.urls
    const { page, complaints } = await open(`${url}/jobs`)
    const { id } = await submit(url, slow({ steps: 60, seconds: 0.4 }))
    await whenJob(url, id, ({ progress }) => (progress?.value ?? 0) > 0.2)
    // it stands still until the page has shown it
    stack.simulators[0]?.faults.set({ held: true })
    const row = page.locator(`[data-job="${id}"]`)
    const bar = row.getByRole('progressbar')
    const read = async () => Number(await bar.getAttribute('aria-valuenow', { timeout: 500 }))
    await until(async () => (await read().catch(() => 0)) > 10, { what: 'its bar moves' })
    stack.simulators[0]?.faults.set({ held: false })
    const { id: failing } = await submit(url, raising('value_error'))
    await endOf(url, id)
    await row.getByText('Done').waitFor()
    await row.locator('img').waitFor()
    await page.locator(`[data-job="${failing}"]`).getByText('Failed').first().waitFor()

    await page.getByRole('button', { name: 'Failed' }).click()
    await until(async () => (await row.count()) === 0, { what: 'only failed ones are shown' })
    expect(new URL(page.url()).search).toContain('status=failed')
    await page.locator(`[data-job="${failing}"] a`).first().click()
    await page.waitForURL(`${url}/jobs/${failing}`)
    expect(complaints).toEqual([])
  })

  it('says whose a job is, and shows those of one owner alone, in its address, too', async () => {
    const [url = ''] = stack.urls
    const ours = await submit(url, textToImage(1), { owner: 'studio' })
    const other = await submit(url, textToImage(2), { owner: 'ada' })
    const { page, complaints } = await open(`${url}/jobs`)
    const [row, another] = [ours, other].map(({ id }) => page.locator(`[data-job="${id}"]`))
    await another?.getByRole('link', { name: 'ada', exact: true }).waitFor()
    await row?.getByRole('link', { name: 'studio', exact: true }).click()
    await page.waitForURL(`${url}/jobs?owner=studio`)
    await until(async () => (await another?.count()) === 0, { what: 'only theirs are shown' })
    await row?.waitFor()
    await page.getByRole('button', { name: 'Canceled' }).click()
    await page.getByText('There are no jobs that are canceled').waitFor()
    expect(new URL(page.url()).search).toBe('?status=canceled&owner=studio')
    await page.getByRole('button', { name: /^Owner studio/ }).click()
    await page.getByRole('button', { name: 'All', exact: true }).click()
    await another?.waitFor()

    await row?.locator('.row-open').click()
    await page.getByRole('link', { name: 'studio', exact: true }).click()
    await page.waitForURL(`${url}/jobs?owner=studio`)
    expect(complaints).toEqual([])
  })

  it('cancels what is selected, and only that', async () => {
    const [url = ''] = stack.urls
    const jobs = []
    for (let n = 0; n < 4; n += 1) jobs.push(await submit(url, slow({ steps: 10_000 })))
    const [kept, first, second, third] = jobs.map(({ id }) => id)
    const { page } = await open(`${url}/jobs`)
    for (const id of [first, second, third]) {
      await page.locator(`[data-job="${id}"]`).getByRole('checkbox').check()
    }
    await page.getByRole('button', { name: 'Cancel 3 jobs' }).click()
    await page.getByRole('button', { name: 'Yes, cancel 3 jobs' }).click()
    for (const id of [first, second, third]) {
      expect((await endOf(url, id ?? '')).status).toBe('canceled')
    }
    const client = createClient({ baseUrl: url })
    expect((await client.jobs.get(kept ?? '')).status).not.toBe('canceled')
    await client.jobs.cancel(kept ?? '')
    await endOf(url, kept ?? '')
  })

  it('shows on a phone, too, which of its views is chosen', async () => {
    const address = `${stack.urls[0]}/jobs?view=dead`
    const { page } = await visit(browser, address, { width: 360, height: 740 })
    const chip = page.getByRole('button', { name: 'Dead letters', pressed: true })
    await chip.waitFor()
    await expect
      .poll(async () => {
        const box = await chip.boundingBox()
        return box !== null && box.x >= 0 && box.x + box.width <= 360
      })
      .toBe(true)
  })

  it('stays small and quick with a thousand jobs', async () => {
    const idle = await openTestStack({ workers: 0, dialects: [], apiTimings: PATIENT })
    onTestFinished(() => idle.close())
    const [url = ''] = idle.urls
    const workflow = textToImage(1)
    for (let made = 0; made < MANY; made += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => submit(url, workflow)))
    }
    const { page, complaints } = await open(`${url}/jobs`)
    const rows = page.locator('[data-job]')
    await rows.first().getByText('a lighthouse at dusk').waitFor()
    const id = await rows.first().getAttribute('data-job')
    // the prompt first, the id second
    expect(await rows.first().innerText()).toMatch(
      new RegExp(`^a lighthouse at dusk, calm sea[^]*\\n${id?.slice(0, 8)}\\n`),
    )
    await until(
      async () => {
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
        return await page.getByText(`That is all: ${MANY} jobs.`).isVisible()
      },
      { what: 'the end is reached', withinMs: 60_000, everyMs: 100 },
    )
    const shown = await rows.count()
    expect(shown).toBeGreaterThan(5)
    expect(shown).toBeLessThan(60)
    expect(complaints).toEqual([])
  }, 120_000)
})
