/** What an empty tray says: why there is no picture yet, or none at all. Pure. */
import { formatEstimate } from '@safelight/client'
import { assertNever, type SnapshotView, type WhyCode } from '@safelight/shared'

export interface TrayText {
  title: string
  hint: string
}

/** Where it stands while it is queued. */
export interface TrayPlace {
  queuePosition: number | null
  etaMs: number | null
  why: WhyCode | null
}

/** Its place in line says nothing then: no host takes a job of its kind. */
const NO_HOST: ReadonlySet<WhyCode | null> = new Set([
  'no_host',
  'no_worker',
  'no_host_of_pool',
  'no_host_has',
  'hosts_unavailable',
])

export function toTrayText(snapshot: SnapshotView | null, place: TrayPlace): TrayText {
  if (!snapshot) return { title: 'Looking for the job', hint: 'One moment.' }
  switch (snapshot.status) {
    case 'queued':
      return toQueuedText(snapshot, place)
    case 'running':
      return toRunningText(snapshot)
    case 'canceling':
      return { title: 'Stopping', hint: 'The host is asked to stop and has to confirm it.' }
    case 'succeeded':
      return {
        title: 'Done, with nothing to show',
        hint: 'The workflow ran to its end, and no node of it saved a file.',
      }
    case 'canceled':
      return { title: 'Canceled', hint: 'It was stopped before anything was stored.' }
    case 'expired':
      return { title: 'Never started', hint: 'Its deadline was over before a host was free.' }
    case 'failed':
      return { title: 'Nothing to show', hint: 'It failed before anything was stored.' }
    default:
      return assertNever(snapshot.status)
  }
}

function toQueuedText(
  { attempt }: SnapshotView,
  { queuePosition: ahead, etaMs, why: reason }: TrayPlace,
): TrayText {
  if (NO_HOST.has(reason)) {
    const hint =
      'None can run it now. It starts by itself when one can; you may close this page until then.'
    return { title: 'Waiting for a host', hint }
  }
  const why =
    attempt > 0
      ? `Attempt ${attempt} ended early. It is tried again, where possible on another host.`
      : 'It starts by itself. You may close this page: the job goes on.'
  const hint = etaMs === null ? why : `It should be done in ${formatEstimate(etaMs)}. ${why}`
  if (ahead === null) return { title: 'Waiting for a host', hint }
  if (ahead === 0) return { title: 'Next in line', hint }
  return { title: `${ahead} ${ahead === 1 ? 'job' : 'jobs'} ahead`, hint }
}

function toRunningText({ phase, hostId, progress }: SnapshotView): TrayText {
  const host = hostId ?? 'a host'
  const soon = 'The picture appears here as soon as the host shows one.'
  switch (phase) {
    case 'preparing':
      return { title: 'A host was found', hint: `${host} is given the workflow.` }
    case 'submitted':
      return { title: 'On the host', hint: `${host} starts it when its prompt before is done.` }
    case 'collecting':
      return { title: 'Storing the outputs', hint: 'They come home one by one.' }
    case 'executing':
    case null: {
      const node = progress?.node
      const loads = /load/i.test(node?.class ?? '')
      if (loads) return { title: 'Loading the model', hint: soon }
      const name = node?.title ?? node?.class
      return { title: name ? `Running: ${name}` : 'Starting', hint: soon }
    }
    default:
      return assertNever(phase)
  }
}
