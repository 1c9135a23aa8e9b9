/** From the first page to the picture, as a person goes. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '@safelight/testkit'
import { noBrowser } from '@safelight/testkit/browser'
import { connectBrowser } from '@safelight/testkit/vitest'
import { recordShown, whenShown } from '../testing/job-page.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import { visit } from '../testing/visit.ts'

const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url))

const SEED_OF_64_BITS = fileURLToPath(
  new URL('../fixtures/cases/01b-seed-max-uint64.json', import.meta.url),
)

describe.skipIf(noBrowser)('the page (needs Chromium, which is not here)', () => {
  let stack: Stack
  let browser: Browser
  let url: string
  beforeAll(async () => {
    // a busy machine takes its time to ask a host for its files
    const apiTimings = { filesLookMs: 20_000, requestDeadlineMs: 25_000 }
    stack = await openTestStack({ speed: 4, workers: 2, apiTimings })
    url = stack.urls[0] ?? ''
    browser = await connectBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await stack.close()
  })

  const open = (path: string) => visit(browser, `${url}${path}`)

  it('makes a picture of a prompt: the bar moves, the preview develops, the picture appears', async () => {
    const { page, complaints } = await open('/')
    // the page is there before the first step, however long that takes it
    const [host] = stack.simulators
    host?.faults.set({ held: true })
    await page.getByRole('button', { name: 'Text to image' }).click()
    await page.getByLabel('Prompt').fill('a lighthouse on a hill, evening')
    await page.getByRole('button', { name: /^Generate/ }).click()
    await page.waitForURL(/\/jobs\/[\w-]+$/)
    const recording = await recordShown(page)
    await whenShown(page, () => true)
    host?.faults.set({ held: false })

    const preview = page.getByAltText('The picture so far')
    await preview.waitFor()
    const first = await preview.getAttribute('src')
    await until(async () => (await preview.getAttribute('src').catch(() => null)) !== first, {
      what: 'the preview moves',
    })
    await whenShown(page, ({ badge }) => badge === 'Complete')

    const picture = page.locator('section[aria-label="Picture"] img').last()
    await until(
      () => picture.evaluate((img) => img instanceof HTMLImageElement && img.naturalWidth >= 512),
      { what: 'the picture is there, whole' },
    )
    const seen = await recording.stop()
    const percents = seen.map(({ percent }) => percent)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    expect(percents.at(-1)).toBe(100)
    expect(percents.filter((percent) => percent > 0 && percent < 100)).not.toEqual([])
    const steps = seen.map(({ step }) => step)
    expect(steps).not.toContain('0/0')
    expect(steps).toContain('20/20')
    expect(seen.map(({ badge }) => badge)).toContain('Nodes')
    await until(async () => (await page.title()).includes('done'), { what: 'its title says so' })
    expect(complaints).toEqual([])
  })

  it('remembers the prompt after a reload', async () => {
    const { page } = await open('/')
    await page.getByRole('button', { name: 'Text to image' }).click()
    await page.getByLabel('Prompt').fill('three boats')
    await page.reload()
    const prompt = page.getByLabel('Prompt')
    await prompt.waitFor()
    await expect.poll(() => prompt.inputValue()).toBe('three boats')
  })

  it('takes a workflow from a file, and explains one that is in the editor’s format', async () => {
    const { page } = await open('/')
    const file = page.locator('input[type="file"]')
    const ui = { nodes: [{ id: 1, type: 'KSampler' }], links: [], version: 0.4 }
    await file.setInputFiles({
      name: 'mine.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(ui)),
    })
    await page.getByRole('alert').getByText('Export (API)').first().waitFor()
    await file.setInputFiles(join(EXAMPLES, 'text-to-image.json'))
    const prompt = page.getByLabel('Prompt')
    await prompt.waitFor()
    await expect.poll(() => prompt.inputValue()).toContain('lighthouse')
  })

  it('keeps a seed of 64 bits to its last digit: from a file, typed, over a reload, to the host', async () => {
    const { page } = await open('/')
    await page.locator('input[type="file"]').setInputFiles(SEED_OF_64_BITS)
    const seed = page.getByLabel('Seed', { exact: true })
    await seed.waitFor()
    await expect.poll(() => seed.inputValue()).toBe('18446744073709551615')
    await seed.fill('9007199254740993')
    await page.reload()
    await expect.poll(() => seed.inputValue()).toBe('9007199254740993')
    await page.getByRole('button', { name: /^Generate/ }).click()
    await until(
      () => stack.simulators[0]?.prompts().some(({ text }) => text.includes(':9007199254740993}')),
      { what: 'the host has the seed' },
    )
  })

  it('makes several at once, each with a bar of its own, and all of them end', async () => {
    const { page, complaints } = await open('/')
    await page.getByRole('button', { name: 'Text to image' }).click()
    await page.getByLabel('How many').fill('3')
    await page.keyboard.press('Control+Enter')
    const bars = page.getByRole('progressbar')
    await until(async () => (await bars.count()) === 3, { what: 'there are three bars' })
    await page.getByText('Image 2 of 3').first().waitFor()
    await until(
      async () => {
        const values = await bars.evaluateAll((all) => all.map((bar) => bar.ariaValueNow))
        return values.length === 3 && values.every((value) => value === '100')
      },
      { what: 'all three are done', withinMs: 60_000 },
    )
    expect(complaints).toEqual([])
  })

  it('says at its field that no host has a file, by the name that was given', async () => {
    const { page } = await open('/')
    await page.getByRole('button', { name: 'Text to image' }).click()
    const model = page.getByLabel('Model')
    await model.fill('no-such-model.safetensors')
    await page.getByRole('button', { name: /^Generate/ }).click()
    await page
      .getByRole('complementary', { name: 'Settings' })
      .getByText("'no-such-model.safetensors' not in the list of any host")
      .waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    // put right, it is taken
    await model.fill('v1-5-pruned-emaonly.safetensors')
    await page.getByRole('button', { name: /^Generate/ }).click()
    await page.waitForURL(/\/jobs\/[\w-]+$/)
  })
})
