/** Opens an address in the browser, the way the platform does it. */
import { spawn } from 'node:child_process'

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  // the empty title: `start` takes the first thing in quotes for one
  win32: ['cmd', '/c', 'start', '""'],
}

/** @returns false when nothing can open it; whether the browser then shows it is not known */
export function openInBrowser(
  url: string,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const [command = '', ...args] = OPENERS[platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    // on its own: some openers live as long as the browser
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
