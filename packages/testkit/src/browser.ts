/** The system's Chromium, driven by Playwright. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { readTestConfig } from './config.ts'

export const LAUNCH_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const

/** The size of a tab, unless told. */
export const DESK = { width: 1280, height: 860 }

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Null when there is none on this machine. */
export function findChromium(): string | null {
  const { chromium: given, path } = readTestConfig()
  if (given) return given
  const candidates = path
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return candidates.find(isExecutable) ?? null
}

/** For `describe.skipIf`: where nothing may be skipped, a browser that is missing is a failure. */
export const noBrowser = findChromium() === null && !readTestConfig().requireAll

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('these tests need Chromium, and none is on the PATH')
  return chromium.launch({
    executablePath,
    args: [...LAUNCH_ARGS],
  })
}

export interface OpenPage {
  page: Page
  /** What the page complained of: errors thrown, and errors on its console. */
  complaints: string[]
  close: () => Promise<void>
}

/** A tab in a profile of its own. What only moves for its own sake stands still, unless the options say otherwise. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: DESK,
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(40_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return { page, complaints, close: () => context.close() }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
