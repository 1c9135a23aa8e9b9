/** `safelight priority`: who of those that wait is next. */
import { formatEstimate, RequestError } from '@safelight/client'
import { type JobView, PRIORITY_LIMIT } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { toErrorLines, UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { resolveIds, shortenId } from '../ids.ts'
import { parseWhole } from '../options.ts'

export const priorityCommand = defineCommand({
  name: 'priority',
  takes: 'ID… --to N',
  summary: 'give jobs that wait another priority',
  options: {
    to: { type: 'string', value: 'N', text: 'higher runs sooner, 0 is normal; below it: --to=-5' },
  },
  notes: [
    'A job that has got a host, or has ended, is refused: its priority means nothing any more.',
  ],
  examples: [
    ['safelight priority 3f2a91bc --to 10', 'before all that wait with a lower one'],
    ['safelight priority 3f2a91bc 77b01c2e --to=-5', 'when nothing else waits'],
  ],
  async act({ values, positionals }, { client, io }) {
    const limits = { least: -PRIORITY_LIMIT, most: PRIORITY_LIMIT }
    const priority = parseWhole('to', values.to, limits)
    if (priority === undefined) throw new UsageError('which priority? Name it: --to N')
    let code: ExitCode = EXIT.ok
    for (const jobId of await resolveIds(client, positionals)) {
      const name = shortenId(jobId)
      try {
        const job = await client.jobs.setPriority(jobId, priority)
        io.stdout.write(`${name} priority ${job.priority}${toPlaceText(job)}\n`)
      } catch (error) {
        if (!(error instanceof RequestError)) throw error
        // it keeps no other from its priority
        const lines = toErrorLines(error, client.baseUrl, `${name}: `)
        io.stderr.write(`${lines.join('\n')}\n`)
        code = EXIT.refused
      }
    }
    return code
  },
})

/** `, next in line, done in about 20 s` */
function toPlaceText({ queue_position, eta_ms }: JobView): string {
  if (queue_position === null) return ''
  const place = queue_position === 0 ? 'next in line' : `${queue_position} ahead`
  return `, ${place}${eta_ms === null ? '' : `, done in ${formatEstimate(eta_ms)}`}`
}
