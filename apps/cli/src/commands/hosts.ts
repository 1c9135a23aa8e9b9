/** `safelight hosts`: the fleet, and how each of it is. */
import { formatDuration } from '@safelight/client'
import type { HostState, HostView } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { shortenId } from '../ids.ts'
import { type Cell, toTableLines } from '../terminal/table.ts'
import { type TextColor, createPaint } from '../terminal/paint.ts'
import { readSkills } from '../terminal/terminal.ts'

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
    'JOB is what runs there; +1 is next in line on the host. QUEUE counts all its prompts, other',
    'people’s included. LAST HOUR is how many jobs it finished, and how long one took on average.',
  ],
  examples: [
    ['safelight hosts', 'the fleet at a glance'],
    [`safelight hosts --json | jq -r 'select(.state == "offline") .id'`, 'who is away'],
  ],
  async act({ values, positionals }, { client, io }) {
    if (positionals[0]) throw new UsageError(`hosts takes no '${positionals[0]}'`)
    const { stdout, config } = io
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
    const skills = readSkills(stdout, config.terminal)
    const lines = toTableLines(TITLES, list.map(toRow), {
      width: skills.live ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
      paint: createPaint(skills.colors),
    })
    for (const line of lines) stdout.write(`${line}\n`)
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

function toRow(host: HostView): Cell[] {
  return [
    { text: host.id },
    { text: host.state, color: COLORS[host.state] },
    { text: toJobText(host) },
    { text: host.queue_depth === null ? '–' : String(host.queue_depth) },
    { text: toMemoryText(host) },
    { text: toThroughputText(host) },
    { text: toModelsText(host) },
    { text: host.labels.join(' ') || '–' },
    { text: host.reason.message },
  ]
}

function toJobText({ running, staged }: HostView): string {
  const next = staged.length > 0 ? ` +${staged.length}` : ''
  return running.length === 0 ? `–${next}` : running.map(shortenId).join(' ') + next
}

const GIGABYTE = 1024 ** 3

function toMemoryText({ devices }: HostView): string {
  const known = devices.flatMap(({ vram_total: total, vram_free: free }) =>
    total === null || free === null || total === 0 ? [] : [{ total, free }],
  )
  const gigabytes = (bytes: number) => (bytes / GIGABYTE).toFixed(1)
  return (
    known.map(({ total, free }) => `${gigabytes(free)} of ${gigabytes(total)} GB`).join(', ') || '–'
  )
}

function toThroughputText({ throughput: { last_hour, mean_ms } }: HostView): string {
  return mean_ms === null ? String(last_hour) : `${last_hour} × ${formatDuration(mean_ms)}`
}

function toModelsText({ models }: HostView): string {
  const [first, ...more] = models
  if (first === undefined) return '–'
  return more.length > 0 ? `${first} +${more.length}` : first
}
