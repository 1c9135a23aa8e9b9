/** `safelight hosts`: the fleet, and how each of it is. */
import { formatDuration } from '@safelight/client'
import type { HostState, ToldHost } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { shortenId } from '../ids.ts'
import type { Cell } from '../terminal/table.ts'
import type { TextColor } from '../terminal/paint.ts'
import { writeTable } from '../terminal/write-table.ts'
import type { HostJobs } from './what-is-left.ts'

const TITLES = [
  'HOST',
  'STATE',
  'JOB',
  'QUEUE',
  'VRAM FREE',
  'LAST HOUR',
  'MODELS',
  'LABELS',
  'REASON',
]

export const hostsCommand = defineCommand({
  name: 'hosts',
  takes: '',
  summary: 'list the hosts: state, job, memory, models, labels, queue, throughput',
  options: { json: { type: 'boolean', text: 'one host per line, as the API tells it' } },
  notes: [
    'JOB is what runs there; +1 is next in line on the host, ↓1 has run, and its outputs are still',
    'fetched from there. QUEUE counts all its prompts, other people’s included. LAST HOUR is how many',
    'jobs it finished, and how long one took on average.',
    'A drained host gets no jobs until `safelight resume`, whatever else its state says.',
  ],
  examples: [
    ['safelight hosts', 'the fleet at a glance'],
    [`safelight hosts --json | jq -r 'select(.state == "offline") .id'`, 'who is away'],
  ],
  async act({ values, positionals }, { client, io }) {
    if (positionals[0]) throw new UsageError(`hosts takes no '${positionals[0]}'`)
    const { stdout } = io
    const list = await client.hosts.list()
    if (values.json) {
      for (const host of list) stdout.write(`${JSON.stringify(host)}\n`)
      return EXIT.ok
    }
    if (list.length === 0) {
      stdout.write(
        'no hosts yet: a worker brings them, with COMFYUI_HOSTS or SAFELIGHT_HOSTS_FILE\n',
      )
      return EXIT.ok
    }
    writeTable(io, { titles: TITLES, rows: list.map(toRow) })
    return EXIT.ok
  },
})

const COLORS: Record<HostState, TextColor> = {
  starting: 'yellow',
  ready: 'green',
  busy: 'cyan',
  draining: 'yellow',
  degraded: 'magenta',
  quarantined: 'red',
  offline: 'red',
}

function toRow(host: ToldHost): Cell[] {
  return [
    { text: host.id },
    { text: isDrainedToo(host) ? `${host.state}, drained` : host.state, color: COLORS[host.state] },
    { text: toJobText(host) },
    { text: host.queue_depth === null ? '–' : String(host.queue_depth) },
    { text: toMemoryText(host) },
    { text: toThroughputText(host) },
    { text: toModelsText(host) },
    { text: host.labels.join(' ') || '–' },
    { text: toReasonText(host) },
  ]
}

/** What is worse comes first, and is not all: a drain stays when the rest is over. */
function isDrainedToo({ drain, state }: ToldHost): boolean {
  return drain !== null && state !== 'draining'
}

function toReasonText(host: ToldHost): string {
  const { reason, drain } = host
  if (!isDrainedToo(host)) return reason.message
  return `${reason.message} Drained, too${drain?.reason ? `: ${drain.reason}` : ''}`
}

function toJobText({ running, staged, collecting = [] }: HostJobs): string {
  const next = staged.length > 0 ? ` +${staged.length}` : ''
  const fetched = collecting.length > 0 ? ` ↓${collecting.length}` : ''
  return (running.map(shortenId).join(' ') || '–') + next + fetched
}

const GIGABYTE = 1024 ** 3

function toMemoryText({ devices }: ToldHost): string {
  const known = devices.flatMap(({ vram_total: total, vram_free: free }) =>
    total === null || free === null || total === 0 ? [] : [{ total, free }],
  )
  const gigabytes = (bytes: number) => (bytes / GIGABYTE).toFixed(1)
  return (
    known.map(({ total, free }) => `${gigabytes(free)} of ${gigabytes(total)} GB`).join(', ') || '–'
  )
}

function toThroughputText({ throughput: { last_hour, mean_ms } }: ToldHost): string {
  return mean_ms === null ? String(last_hour) : `${last_hour} × ${formatDuration(mean_ms)}`
}

function toModelsText({ models }: ToldHost): string {
  const [first, ...more] = models
  if (first === undefined) return '–'
  return more.length > 0 ? `${first} +${more.length}` : first
}
