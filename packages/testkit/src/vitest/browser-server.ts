/** Global set-up of the browser tests: one Chromium for all of them; each test opens a profile of its own. */
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { findChromium, LAUNCH_ARGS } from '../browser.ts'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const executablePath = findChromium()
  if (!executablePath) {
    project.provide('browserEndpoint', null)
    return async () => undefined
  }
  const server = await chromium.launchServer({ executablePath, args: [...LAUNCH_ARGS] })
  project.provide('browserEndpoint', server.wsEndpoint())
  return () => server.close()
}
