/** Files of one's own, from the page to the host, and what became of them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Client, createClient } from '@safelight/client'
import { until } from '@safelight/testkit'
import { noBrowser } from '@safelight/testkit/browser'
import { connectBrowser } from '@safelight/testkit/vitest'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endOf, textToImage } from '../testing/client.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import { visit } from '../testing/visit.ts'

const PICTURE = fileURLToPath(new URL('../../../examples/lighthouse.png', import.meta.url))

describe.skipIf(noBrowser)('files on the page (needs Chromium, which is not here)', () => {
  let stack: Stack
  let browser: Browser
  let client: Client
  let url: string
  beforeAll(async () => {
    const apiTimings = { filesLookMs: 20_000, requestDeadlineMs: 25_000 }
    stack = await openTestStack({ speed: 20, apiTimings })
    url = stack.urls[0] ?? ''
    client = createClient({ baseUrl: url })
    browser = await connectBrowser()
  })
  afterAll(async () => {
    await browser.close()
    client.close()
    await stack.close()
  })

  const open = (path: string) => visit(browser, `${url}${path}`)

  it('takes a picture that is dropped on its place, a mask that is painted on it, and runs', async () => {
    const { page, complaints } = await open('/')
    await page.getByRole('button', { name: /Picture to picture/ }).click()
    const card = page.locator('.media-card')
    await card.getByText('A name on the hosts').waitFor()
    await drop(page, '.media-card', { name: 'mine.png', bytes: readFileSync(PICTURE) })
    await card.getByText('PNG · 46 KB').waitFor()
    await until(
      () => card.locator('img').evaluate((img) => (img as HTMLImageElement).naturalWidth > 0),
      { what: 'it is shown' },
    )

    await card.getByRole('button', { name: 'Paint a mask' }).click()
    await paint(page)
    await page.getByRole('button', { name: 'Use this mask' }).click()
    await card.getByText('with a mask').waitFor()
    const { assets } = await client.assets.list({ name: 'mine-masked' })
    expect(assets.map(({ type, tags }) => [type, tags[0]?.slice(0, 8)])).toEqual([
      ['image', 'mask-of:'],
    ])
    const shown = await readCorner(page, assets[0]?.url ?? '')
    // painted from the middle to the right; the corner was left alone
    expect(shown).toEqual({ middle: 0, corner: 255 })

    await page.getByRole('button', { name: /^Generate/ }).click()
    await page.waitForURL(/\/jobs\/[\w-]+$/)
    const job = await endOf(url, page.url().split('/').at(-1) ?? '')
    expect(job.status).toBe('succeeded')
    const prompt = stack.simulators[0]?.prompts().at(-1)?.text ?? ''
    expect(prompt).toContain(`"safelight-${assets[0]?.hash?.slice(7, 39)}.png"`)
    expect(complaints).toEqual([])
  })

  it('says at its place why a file is not taken, and keeps what was there', async () => {
    const { page } = await open('/')
    await page.getByRole('button', { name: /Picture to picture/ }).click()
    await drop(page, '.media-card', {
      name: 'song.mp3',
      bytes: Buffer.from('x'),
      type: 'audio/mpeg',
    })
    await page.getByRole('alert').getByText('here a picture is needed').waitFor()
    await page.locator('.media-card input[type="file"]').setInputFiles(PICTURE)
    await page.locator('.media-card').getByText('PNG · 46 KB').waitFor()
    // and after a reload
    await page.reload()
    await page.locator('.media-card').getByText('PNG · 46 KB').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('offers what the fleet has, searched by typing, and marks what no host has', async () => {
    const { page } = await open('/')
    await page.getByRole('button', { name: 'Text to image' }).click()
    const sampler = page.getByLabel('Sampler')
    await sampler.click()
    await page.getByRole('option', { name: 'euler', exact: true }).waitFor()
    await sampler.fill('dpmpp 3m')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(() => sampler.inputValue()).toBe('dpmpp_3m_sde')
    const model = page.getByLabel('Model', { exact: true })
    await model.fill('nobody-has-this.safetensors')
    await page.getByText('No host has this one.').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => model.inputValue()).toBe('sd_xl_base_1.0.safetensors')
    expect(await page.getByText('No host has this one.').count()).toBe(0)
  })

  it('shows what is kept: filtered, one of them large, used again, deleted or kindly not', async () => {
    const { id } = await client.jobs.submit(textToImage(7, 2))
    const job = await endOf(url, id)
    const [output] = job.outputs
    await client.assets.upload(new Blob(['a note']), { filePath: 'note.txt' })
    const { page } = await open('/gallery')
    const tiles = page.getByRole('list', { name: 'Assets' }).getByRole('listitem')
    await tiles.filter({ hasText: 'note.txt' }).waitFor()
    await page.getByRole('button', { name: 'Texts' }).click()
    await expect.poll(() => tiles.allInnerTexts()).toEqual([expect.stringContaining('note.txt')])
    await page.getByRole('link', { name: 'Open note.txt' }).click()
    await page.getByText('a note').waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.waitForURL(/\/gallery$/)
    await expect.poll(() => tiles.filter({ hasText: 'note.txt' }).count()).toBe(0)

    await page.goto(`${url}/gallery/${output?.id}`)
    await page.getByRole('link', { name: 'a lighthouse at dusk, calm sea' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('It stays with the job that made it').waitFor()
    await page.getByRole('link', { name: 'Use as input' }).click()
    await page
      .locator('.media-card')
      .getByText(output?.name ?? '?')
      .waitFor()
  })
})

/** As from a folder of the desktop. */
async function drop(
  page: Page,
  place: string,
  { name, bytes, type = 'image/png' }: { name: string; bytes: Buffer; type?: string },
): Promise<void> {
  const data = await page.evaluateHandle(
    ({ base64, name, type }) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], name, { type }))
      return data
    },
    { base64: bytes.toString('base64'), name, type },
  )
  for (const event of ['dragenter', 'dragover', 'drop'] as const) {
    await page.dispatchEvent(place, event, { dataTransfer: data })
  }
}

/** With the mouse, then with the keyboard, then one stroke too many and back. */
async function paint(page: Page): Promise<void> {
  const layer = page.locator('.mask-layer')
  await layer.waitFor()
  const box = await layer.boundingBox()
  if (!box) throw new Error('there is nothing to paint on')
  const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const
  await page.mouse.move(...at(0.5, 0.5))
  await page.mouse.down()
  await page.mouse.move(...at(0.7, 0.5), { steps: 5 })
  await page.mouse.up()
  await layer.focus()
  await page.keyboard.down(' ')
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowRight')
  await page.keyboard.up(' ')
  await page.mouse.move(...at(0.02, 0.02))
  await page.mouse.down()
  await page.mouse.move(...at(0.1, 0.02))
  await page.mouse.up()
  await page.keyboard.press('Control+z')
}

/** Alpha in the middle and in a corner of a picture. */
function readCorner(page: Page, url: string): Promise<{ middle: number; corner: number }> {
  return page.evaluate(async (url) => {
    const bitmap = await createImageBitmap(await (await fetch(url)).blob())
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context?.drawImage(bitmap, 0, 0)
    const alphaAt = (x: number, y: number) => context?.getImageData(x, y, 1, 1).data[3] ?? -1
    return { middle: alphaAt(bitmap.width / 2, bitmap.height / 2), corner: alphaAt(4, 4) }
  }, url)
}
