/** `safelight open`: a job's page in the browser. */
import { spawn } from 'node:child_process'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { resolveIds } from '../ids.ts'

export const openCommand = defineCommand({
  name: 'open',
  takes: 'ID',
  summary: 'open the page of a job in the browser',
  options: {},
  notes: ['The address is printed in any case; where no browser can be opened, that is all.'],
  examples: [['safelight open 3f2a91bc', 'its bar, its nodes, its pictures']],
  async act({ positionals }, { client, io }) {
    if (positionals.length > 1) throw new UsageError('open takes one id')
    const [id = ''] = await resolveIds(client, positionals)
    const url = `${client.baseUrl}/jobs/${encodeURIComponent(id)}`
    io.stdout.write(`${url}\n`)
    if (io.config.hasDisplay) await openInBrowser(url)
    return EXIT.ok
  },
})

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  // the empty title: `start` takes the first thing in quotes for one
  win32: ['cmd', '/c', 'start', '""'],
}

/** @returns false when nothing can open it; whether the browser then shows it is not known */
function openInBrowser(
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
