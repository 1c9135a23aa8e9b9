/** `safelight open`: a job's page in the browser. */
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { resolveIds } from '../ids.ts'
import { openInBrowser } from '../open-in-browser.ts'

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
