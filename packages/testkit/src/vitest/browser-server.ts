/** Global set-up of the browser tests: one Chromium for all of them, started for the first; each file opens profiles of its own. */
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { type BrowserServer, chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { findChromium, LAUNCH_ARGS } from '../browser.ts'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const executablePath = findChromium()
  if (!executablePath) {
    project.provide('browserDoor', null)
    return async () => undefined
  }
  let browser: Promise<BrowserServer> | null = null
  // whoever asks there is told where the browser is
  const door = createServer((_, answer) => {
    browser ??= chromium.launchServer({ executablePath, args: [...LAUNCH_ARGS] })
    browser.then(
      (server) => answer.end(server.wsEndpoint()),
      (error: unknown) => answer.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  // a server that listens has one
  const { port } = door.address() as AddressInfo
  project.provide('browserDoor', `http://127.0.0.1:${port}`)
  return async () => {
    door.close()
    await (await browser)?.close()
  }
}
