/** The page of a job that runs, is reloaded, watched twice, canceled, or fails. */
import { createClient } from '@safelight/client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { until } from '@safelight/testkit'
import { noBrowser } from '@safelight/testkit/browser'
import { connectBrowser } from '@safelight/testkit/vitest'
import { cancel, endOf, submit, textToImage, whenExecuting } from '../testing/client.ts'
import { whenHost } from '../testing/hosts.ts'
import { readNodeStates, readShown, whenShown } from '../testing/job-page.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import { visit } from '../testing/visit.ts'
import { raising, slow } from '../testing/workflows.ts'

describe.skipIf(noBrowser)('the page of a job (needs Chromium, which is not here)', () => {
  let stack: Stack
  let browser: Browser
  let url: string
  beforeAll(async () => {
    stack = await openTestStack({ speed: 4 })
    url = stack.urls[0] ?? ''
    browser = await connectBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await stack.close()
  })

  const open = (jobId: string) => visit(browser, `${url}/jobs/${jobId}`)

  it('shows the truth after a reload in the middle, and lights up the nodes that ran', async () => {
    const [host] = stack.simulators
    const { id } = await submit(url, textToImage(801, 100))
    const { page, complaints } = await open(id)
    await whenShown(page, ({ percent }) => percent > 20)
    // however long the reload takes, it ends in the middle of the sampler
    host?.faults.set({ held: true })
    const before = await whenShown(page, () => true)
    await page.reload()
    const after = await whenShown(page, () => true)
    expect(after.percent).toBeGreaterThanOrEqual(before.percent)
    expect(after.step).toMatch(/^[1-9]\d*\/100$/)
    // one look at all of them: two looks may see two moments
    const states = await until(() => readNodeStates(page), { what: 'the nodes are listed' })
    expect(states).toEqual({
      '4': 'done',
      '5': 'done',
      '6': 'done',
      '7': 'done',
      '3': 'running',
      '8': 'waiting',
      '9': 'waiting',
    })
    host?.faults.set({ held: false })
    await endOf(url, id)
    await whenShown(page, ({ badge, percent }) => badge === 'Complete' && percent === 100)
    await until(
      async () => {
        const ends = await readNodeStates(page)
        return ends && Object.values(ends).every((state) => state === 'done')
      },
      { what: 'every node is done' },
    )
    expect(complaints).toEqual([])
  })

  it('shows as skipped what the host left out, and does not count it', async () => {
    const unmade = { class_type: 'SaveImage', inputs: { filename_prefix: 'unmade' } }
    const { id } = await submit(url, { ...slow({ steps: 2 }), '9': unmade })
    const { page, complaints } = await open(id)
    await whenShown(page, ({ badge }) => badge === 'Complete')
    const nodes = page.getByRole('list', { name: 'Nodes' })
    await nodes.getByText('skipped').waitFor()
    expect(await nodes.locator('[data-state="skipped"]').getAttribute('data-node')).toBe('9')
    await page.getByText('3 of 3 nodes, 1 skipped').waitFor()
    await page.getByText('One warning').waitFor()
    expect(complaints).toEqual([])
  })

  it('shows two tabs the same', async () => {
    const [host] = stack.simulators
    const { id } = await submit(url, slow({ steps: 20, seconds: 0.5 }))
    const first = await open(id)
    await whenExecuting(url, id)
    // however long the second one takes to come, it comes in the middle
    host?.faults.set({ held: true })
    const second = await open(id)
    await whenShown(second.page, ({ percent }) => percent > 0)
    host?.faults.set({ held: false })
    await Promise.all(
      [first, second].map(({ page }) => whenShown(page, ({ badge }) => badge === 'Complete')),
    )
    expect(await readShown(first.page)).toEqual(await readShown(second.page))
    for (const { complaints } of [first, second]) expect(complaints).toEqual([])
  })

  it('cancels after asking, says that it waits, and then that it is canceled', async () => {
    const { id } = await submit(url, slow({ steps: 400, seconds: 1 }))
    const { page } = await open(id)
    await whenExecuting(url, id)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Yes, cancel' }).click()
    const shown = await whenShown(page, ({ badge }) => badge.startsWith('Cancel'))
    expect(['Canceling', 'Canceled']).toContain(shown.badge)
    await whenShown(page, ({ badge }) => badge === 'Canceled')
    expect((await endOf(url, id)).status).toBe('canceled')
    await page.getByRole('button', { name: 'Yes, cancel' }).waitFor({ state: 'detached' })
  })

  it('says why a job waits, in a line', async () => {
    const jobs = []
    // one runs, one is staged there, and one waits
    for (let n = 0; n < 3; n += 1) jobs.push(await submit(url, slow({ steps: 400, seconds: 1 })))
    const { page, complaints } = await open(jobs.at(-1)?.id ?? '')
    const why = page.locator('p', { hasText: /^Why it waits/ })
    await why.waitFor()
    let text = ''
    await until(
      async () => {
        text = await why.innerText()
        return /Next in line; 1 host, busy[.;]/.test(text)
      },
      { what: () => `the line says who is busy, not ${text}` },
    )
    for (const { id } of jobs.toReversed()) await cancel(url, id)
    await whenShown(page, ({ badge }) => badge === 'Canceled')
    expect(await why.count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('does not call next in line what no host takes', async () => {
    const client = createClient({ baseUrl: url })
    const hostId = new URL(stack.simulators[0]?.url ?? '').host
    onTestFinished(async () => {
      await client.hosts.resume(hostId)
      client.close()
    })
    await client.hosts.drain(hostId, { reason: 'new driver' })
    await whenHost(url, hostId, ({ state }) => state === 'draining')
    const { id } = await submit(url, textToImage(802, 2))
    const { page, complaints } = await open(id)
    const picture = page.getByRole('region', { name: 'Picture' })
    await picture.getByText('Waiting for a host').waitFor()
    await page.locator('p', { hasText: /^Why it waits.* is draining since .*new driver/ }).waitFor()
    expect(await picture.innerText()).not.toContain('Next in line')
    await client.hosts.resume(hostId)
    await whenShown(page, ({ badge }) => badge === 'Complete')
    expect(complaints).toEqual([])
  })

  it('says in plain words what failed, and where', async () => {
    const { id } = await submit(url, raising('value_error'))
    const { page, complaints } = await open(id)
    await whenShown(page, ({ badge }) => badge === 'Failed')
    const nodes = page.getByRole('list', { name: 'Nodes' })
    await nodes.locator('[data-state="failed"]').getByText('TraceRaise').first().waitFor()
    const text = await page.locator('main').innerText()
    expect(text).not.toContain('Traceback (most')
    expect(text).toMatch(/node/i)
    await page.getByRole('button', { name: /again/i }).first().waitFor()
    expect(complaints).toEqual([])
  })

  it('says that there is no such job', async () => {
    const { page } = await open('no-such-job')
    const title = page.getByRole('heading', { level: 1, name: /no such job/i })
    await title.waitFor({ state: 'visible' })
    expect(await page.getByRole('progressbar').count()).toBe(0)
  })
})
