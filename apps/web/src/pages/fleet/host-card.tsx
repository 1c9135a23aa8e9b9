/** One host: how it is and why, what it has, what it does, and the way to take it out. */
import { formatDuration } from '@safelight/client'
import type { HostState, ToldHost } from '@safelight/shared'
import { TimeAgo, toAge } from '../../ui/ago.tsx'
import { Badge, type BadgeProps } from '../../ui/badge.tsx'
import { Fact } from '../../ui/fact.tsx'
import { ThinBar } from '../../ui/thin-bar.tsx'
import { DrainControl, type DrainControlProps } from './drain-control.tsx'
import { type ShownHost, toOthers } from './host-order.ts'
import { HostSlots, StillThere } from './host-slots.tsx'

export interface HostCardProps {
  host: ShownHost
  fleet: DrainControlProps['fleet']
  now: number
}

export function HostCard({ host, fleet, now }: HostCardProps) {
  return (
    <article className="host-card" data-state={host.state} aria-label={host.id}>
      <header>
        <h2 className="mono">{host.id}</h2>
        <HostBadge state={host.state} />
      </header>
      <HostReason host={host} now={now} />
      <Labels labels={host.labels} />
      {host.devices.map((device) => (
        <HostDevice key={device.name} device={device} />
      ))}
      <HostModels models={host.models} />
      <StillThere host={host} />
      <HostSlots host={host} />
      <HostFacts host={host} now={now} />
      <footer>
        <p className="host-drivers">
          {host.version !== null && <>ComfyUI {host.version} · </>}
          {toWorkersText(host.workers)}
        </p>
        <DrainControl host={host} fleet={fleet} />
      </footer>
    </article>
  )
}

function toWorkersText(workers: readonly string[]): string {
  return workers.length === 0 ? 'no worker' : workers.join(', ')
}

const LOOKS: Record<HostState, Pick<BadgeProps, 'tone' | 'sign'> & { word: string }> = {
  starting: { tone: 'wait', sign: 'waiting', word: 'Starting' },
  ready: { tone: 'ok', sign: 'done', word: 'Ready' },
  busy: { tone: 'run', sign: 'working', word: 'Busy' },
  draining: { tone: 'wait', sign: 'draining', word: 'Draining' },
  degraded: { tone: 'run', sign: 'warning', word: 'Degraded' },
  quarantined: { tone: 'bad', sign: 'failed', word: 'Quarantined' },
  offline: { tone: 'bad', sign: 'lost', word: 'Offline' },
}

/** The state of a host. */
function HostBadge({ state }: { state: HostState }) {
  const { tone, sign, word } = LOOKS[state]
  return (
    <Badge tone={tone} sign={sign} wash>
      {word}
    </Badge>
  )
}

/** Why a host is as it is, and since when; and that it is drained, when worse news hides it. */
function HostReason({ host, now }: { host: ToldHost; now: number }) {
  const { reason, since, drain, state } = host
  // an operator's own words look like it
  const quoted = reason.code === 'drain_requested' && drain?.reason
  return (
    <div className="host-reason">
      <p>
        {quoted ? `Drained: “${drain.reason}”.` : reason.message} <Since at={since} now={now} />
      </p>
      {drain && state !== 'draining' && (
        <p>
          {drain.reason === null ? 'Drained, too.' : `Drained, too: “${drain.reason}”.`}{' '}
          <Since at={drain.since} now={now} />
        </p>
      )}
    </div>
  )
}

/** What the list of hosts says it is for. */
function Labels({ labels }: { labels: readonly string[] }) {
  if (labels.length === 0) return null
  return (
    <ul className="host-labels" aria-label="Labels">
      {labels.map((label) => (
        <li key={label}>{label}</li>
      ))}
    </ul>
  )
}

function Since({ at, now }: { at: string; now: number }) {
  const age = toAge(Date.parse(at), now)
  return (
    <span className="soft" title={new Date(at).toLocaleString()}>
      {age === null ? 'Since just now.' : `For ${age}.`}
    </span>
  )
}

/** A GPU of a host, and how much of its memory is taken. */
function HostDevice({ device }: { device: ToldHost['devices'][number] }) {
  const { name, vram_total: total, vram_free: free } = device
  if (total === null || free === null || total === 0) {
    return (
      <div className="host-device">
        <span>{name}</span>
        <span className="soft">memory not told</span>
      </div>
    )
  }
  const used = Math.max(0, total - free)
  return (
    <div className="host-device">
      <span className="device-name" title={name}>
        {name}
      </span>
      <span className="soft">
        {toGib(used)} of {toGib(total)} GiB
      </span>
      <ThinBar value={Math.min(1, used / total)} label={`Memory of ${name} taken`} tone="soft" />
    </div>
  )
}

const NAMED_AT_MOST = 3

/** The models that a host holds. */
function HostModels({ models }: { models: readonly string[] }) {
  if (models.length === 0) return null
  const others = models.slice(NAMED_AT_MOST)
  return (
    <ul className="host-models" aria-label="Models loaded">
      {models.slice(0, NAMED_AT_MOST).map((file) => (
        <li key={file} className="mono" title={file}>
          {toModelName(file)}
        </li>
      ))}
      {others.length > 0 && <li title={others.join('\n')}>{`${others.length} more`}</li>}
    </ul>
  )
}

/** A host in numbers. */
function HostFacts({ host, now }: { host: ToldHost; now: number }) {
  const { throughput, last_seen_at } = host
  return (
    <dl className="host-facts">
      <Fact name="In its queue">{toQueueText(host)}</Fact>
      <Fact name="Last hour">
        {throughput.last_hour === 1 ? '1 job' : `${throughput.last_hour} jobs`}
      </Fact>
      <Fact name="Each took">
        {throughput.mean_ms === null ? '–' : `about ${formatDuration(throughput.mean_ms)}`}
      </Fact>
      <Fact name="Last seen">
        {last_seen_at === null ? 'never' : <TimeAgo at={Date.parse(last_seen_at)} now={now} />}
      </Fact>
    </dl>
  )
}

function toQueueText(host: ToldHost): string {
  // what one that is away had last may be anybody's
  if (host.queue_depth === null || host.state === 'offline') return 'not told'
  const others = toOthers(host) ?? 0
  return others > 0 ? `${host.queue_depth}, ${others} not ours` : `${host.queue_depth}`
}

const GIB = 1024 ** 3

/** `SDXL/sd_xl_base_1.0.safetensors` is `sd_xl_base_1.0` to people. */
export function toModelName(file: string): string {
  const name = file.split(/[\\/]/).at(-1) ?? file
  return name.replace(/\.(safetensors|ckpt|pth?|bin|gguf|sft|onnx)$/i, '')
}

/** `4.8`, `24`; a whole number without its zero. */
export function toGib(bytes: number): string {
  return (bytes / GIB).toFixed(1).replace(/\.0$/, '')
}
