/** `safelight why`: what jobs wait for, or are at. */
import type { WhyView } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { requireJob, resolveIds, shortenId } from '../ids.ts'
import { toPlainText } from '../plain-text.ts'

export const whyCommand = defineCommand({
  name: 'why',
  takes: 'ID…',
  summary: 'say why jobs are not done yet: what they wait for, or are at',
  options: { json: { type: 'boolean', text: 'one answer per line, as the API gives it' } },
  notes: [
    'Who is ahead of it, which hosts could run it and why they do not, which attempts have failed.',
    'It is as of now: ask again for what has changed.',
  ],
  examples: [
    ['safelight why 3f2a91bc', 'behind whom it waits, and for which hosts'],
    [`safelight why 3f2a91bc --json | jq -r .details.hosts[].id`, 'which hosts could take it'],
  ],
  async act({ values, positionals }, { client, io }) {
    for (const jobId of await resolveIds(client, positionals)) {
      await requireJob(client, jobId)
      const why = await client.jobs.why(jobId)
      io.stdout.write(
        values.json ? `${JSON.stringify({ id: jobId, ...why })}\n` : toText(jobId, why),
      )
    }
    return EXIT.ok
  },
})

function toText(jobId: string, { status, text, details }: WhyView): string {
  const attempts = details.attempts.map(
    ({ attempt, host_id, cause }) => `attempt ${attempt} failed on ${host_id}: ${cause}`,
  )
  const [first, ...rest] = [`${shortenId(jobId)} ${status}: ${text}`, ...attempts].map(toPlainText)
  return [first, ...rest.map((line) => `  ${line}`), ''].join('\n')
}
