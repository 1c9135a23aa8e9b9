/** `safelight watch`: jobs that somebody submitted, to their ends. */
import { defineCommand } from '../command.ts'
import { chooseReporter, REPORT_OPTIONS } from '../watch/reporters.ts'
import { createWatchSession } from '../watch/session.ts'
import { requireJob, resolveIds, shortenId } from '../ids.ts'

export const watchCommand = defineCommand({
  name: 'watch',
  takes: 'ID…',
  summary: 'watch jobs to their ends',
  options: {
    out: {
      type: 'string',
      short: 'o',
      value: 'FOLDER',
      text: 'save their outputs there; otherwise their addresses are printed',
    },
    ...REPORT_OPTIONS,
  },
  notes: ['Joining late, or after the end, shows the same as watching from the start.'],
  examples: [
    ['safelight watch 3f2a91bc', 'one job'],
    ['safelight watch 3f2a 77d0 -o pictures', 'two, and what they make'],
  ],
  async act({ values, positionals }, { client, io, urlOption }) {
    const ids = await resolveIds(client, positionals)
    // what is not there is said before anything is drawn
    await Promise.all(ids.map((id) => requireJob(client, id)))
    const reporter = chooseReporter(values, io)
    const folder = values.out ?? null
    const session = createWatchSession({ client, io, reporter, folder, urlOption })
    for (const jobId of ids) session.watch({ jobId, label: shortenId(jobId) })
    return session.end()
  },
})
