/** `npm run screenshots`: every view of the page, by day and by night, on a desk and on a phone, for `docs/images`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrStartRedis } from '@safelight/testkit'
import { launchBrowser, openPage } from '@safelight/testkit/browser'
import type { Browser } from 'playwright-core'
import { whenJob } from '../testing/client.ts'
import { type Scene, setScene } from './scene.ts'

const FOLDER = fileURLToPath(new URL('../../../docs/images/', import.meta.url))
const SIZES = {
  wide: { width: 1280, height: 860 },
  phone: { width: 390, height: 844 },
} as const
const LIGHTS = ['light', 'dark'] as const

const say = (line: string) => process.stdout.write(`${line}\n`)
const redis = await findOrStartRedis({ log: say })
const folder = await mkdtemp(join(tmpdir(), 'safelight-screenshots-'))
const scene = await setScene({
  REDIS_URL: redis.url,
  SAFELIGHT_NAMESPACE: 'screenshots',
  SAFELIGHT_DATA_DIR: folder,
})
const browser = await launchBrowser()
try {
  await whenJob(scene.url, scene.running, ({ progress }) => (progress?.value ?? 0) > 0.1)
  for (const [view, toPath] of Object.entries(toViews(scene))) {
    for (const light of LIGHTS) {
      for (const size of ['wide', 'phone'] as const)
        await shoot({ browser, view, path: await toPath(), light, size })
    }
  }
} finally {
  await browser.close()
  await scene.close()
  await redis.close()
  await rm(folder, { recursive: true, force: true })
}

/** Address of each view; asked anew for each picture, as a job does not run for ever. */
function toViews({ url, done, failed, queued, startRunning }: Scene) {
  return {
    // first, while jobs run
    fleet: () => `${url}/fleet`,
    jobs: () => `${url}/jobs`,
    queued: () => `${url}/jobs/${queued}`,
    running: async () => `${url}/jobs/${await startRunning()}`,
    generate: () => `${url}/`,
    done: () => `${url}/jobs/${done}`,
    failed: () => `${url}/jobs/${failed}`,
  }
}

interface Shot {
  browser: Browser
  view: string
  path: string
  light: (typeof LIGHTS)[number]
  size: keyof typeof SIZES
}

async function shoot({ browser, view, path, light, size }: Shot): Promise<void> {
  const { page, close } = await openPage(browser, {
    viewport: SIZES[size],
    colorScheme: light,
    reducedMotion: 'no-preference',
    deviceScaleFactor: size === 'phone' ? 2 : 1,
  })
  await page.goto(path)
  await page.locator('main h1').first().waitFor()
  // what fades in has faded in: the page is looked at, not measured
  await page.waitForTimeout(2_500)
  const file = `page-${view}-${light}-${size}.png`
  await page.screenshot({ path: join(FOLDER, file) })
  say(file)
  await close()
}
