/** What a job is at that has a host, or had one when its cancel was asked for. */
import { type Snapshot, toLine } from '@safelight/shared'
import { toStateText } from './explain-wait.ts'
import type { Reason, WhyFacts } from './facts.ts'
import { count, toClock, toSentence, toSpan } from './words.ts'

/** Without any news of a job that executes, somebody who asks should hear of that. */
const SILENT_MS = 15_000

export function explainRun(facts: WhyFacts): Reason {
  const { snapshot } = facts
  if (snapshot.status === 'canceling') return toCanceling(facts)
  return nobodyThere(facts) ?? toPhase(facts)
}

function toCanceling(facts: WhyFacts): Reason {
  const { since, nowMs, snapshot } = facts
  const when = since === null ? '' : ` ${toSpan(nowMs - since)} ago (${toClock(since, nowMs)})`
  const trouble =
    nobodyThere(facts)?.text ?? `waits until ${hostOf(snapshot)} confirms that it has stopped`
  return { code: 'canceling', text: toSentence([`its end was asked for${when}`, trouble]) }
}

/** Its host is away, or its worker. */
function nobodyThere({ hosts, snapshot, standing, nowMs }: WhyFacts): Reason | null {
  const host = hosts.find(({ view }) => view.id === snapshot.hostId)
  const since = standing.attempt?.unreachableSince ?? null
  if (since !== null) return toAway(snapshot, `has not been reached since ${toClock(since, nowMs)}`)
  if (host && host.view.workers.length === 0) {
    const lost = `no worker has driven ${host.view.id}, which has the job, since ${toClock(Date.parse(host.view.since), nowMs)}`
    const next = 'the next one that does takes it over; without one it goes to another host'
    return { code: 'worker_lost', text: toSentence([lost, next]) }
  }
  // its worker may still hope: what it heard last is no news any more
  if (host?.view.state === 'offline') return toAway(snapshot, toStateText(host, nowMs))
  return null
}

function toAway({ hostId }: Snapshot, what: string): Reason {
  const which = hostId === null ? 'Its host' : `Its host ${hostId}`
  const text = `${which} ${what}; it waits a while for it, then goes to another host.`
  return { code: 'host_away', text }
}

function toPhase(facts: WhyFacts): Reason {
  const { snapshot } = facts
  switch (snapshot.phase) {
    case 'submitted':
      return { code: 'submitted', text: toSubmittedText(facts) }
    case 'executing':
      return { code: 'executing', text: toExecutingText(facts) }
    case 'collecting': {
      const stored = snapshot.outputs.length
      const far = stored > 0 ? `${count(stored, 'output')} stored so far` : null
      return {
        code: 'collecting',
        text: toSentence([
          `executed; its outputs are being brought home from ${hostOf(snapshot)}${sinceText(facts)}`,
          far,
        ]),
      }
    }
    case 'preparing':
    case null:
      return { code: 'preparing', text: toPreparingText(facts) }
  }
}

function toPreparingText(facts: WhyFacts): string {
  const { inputs } = facts.standing
  const host = hostOf(facts.snapshot)
  const what =
    inputs === 0
      ? `being made ready for ${host}`
      : `its ${inputs === 1 ? 'input is' : `${inputs} inputs are`} being brought to ${host}`
  return toSentence([`${what}${sinceText(facts)}`])
}

function toSubmittedText(facts: WhyFacts): string {
  const { snapshot, hosts } = facts
  const view = hosts.find((host) => host.view.id === snapshot.hostId)?.view
  const ours = view?.running.filter((jobId) => jobId !== snapshot.jobId) ?? []
  const foreign = (view?.queue_depth ?? 1) - 1 - ours.length
  const has = `its prompt ${facts.since === null ? 'is' : 'has been'} on ${hostOf(snapshot)}${sinceText(facts)}`
  if (ours[0] !== undefined) return toSentence([has, `behind job ${ours[0]} there`])
  if (foreign > 0)
    return toSentence([has, `behind ${count(foreign, 'prompt')} of others in its queue`])
  return toSentence([has, 'it begins in a moment'])
}

function toExecutingText(facts: WhyFacts): string {
  const { snapshot, nowMs, nodeMs, since } = facts
  const { progress, updatedAt } = snapshot
  const host = hostOf(snapshot)
  if (!progress || progress.current_node === null) return toSentence([`executes on ${host}`])
  const { current_node: id, current_node_class: name, step, steps, eta_ms: etaMs } = progress
  const node =
    name === null ? `node ${toLine(id ?? '')}` : `${toLine(name)} (node ${toLine(id ?? '')})`
  const passed =
    since === null
      ? ''
      : ` for ${toSpan(nowMs - since)}${nodeMs === null ? '' : ` of about ${toSpan(nodeMs)}`}`
  const silentMs = updatedAt === null ? 0 : nowMs - updatedAt
  return toSentence([
    `executes ${node} on ${host}${passed}`,
    step !== null && steps !== null && steps > 1 ? `step ${step} of ${steps}` : null,
    etaMs === null ? null : `about ${toSpan(etaMs)} left`,
    silentMs > SILENT_MS ? `nothing has moved for ${toSpan(silentMs)}` : null,
  ])
}

function sinceText({ since, nowMs }: WhyFacts): string {
  return since === null ? '' : ` for ${toSpan(nowMs - since)}`
}

const hostOf = ({ hostId }: Snapshot) => hostId ?? 'its host'
