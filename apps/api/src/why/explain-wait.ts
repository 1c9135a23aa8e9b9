/** What a queued job waits for. The reasons are looked at from what nobody can mend by waiting to what passes by itself. */
import { likeIt, startByOf, takesPrompts, toLine } from '@safelight/shared'
import type { FailedAttempt } from '@safelight/store'
import type { FactsHost, Reason, WhyFacts } from './facts.ts'
import {
  count,
  toCauseText,
  toClock,
  toInner,
  toList,
  toSentence,
  toSpan,
  toTally,
} from './words.ts'

export function explainWait(facts: WhyFacts): Reason {
  const { where } = facts.standing
  if ('hostId' in where) return toOnItsWay(facts, where.hostId)
  if (where.place === 'deferred') return toDeferred(facts)
  if (where.place !== 'backlog') {
    const text = 'It is in no queue at the moment; it is put back into its place within seconds.'
    return { code: 'astray', text }
  }
  return (
    noHost(facts) ??
    noneThatCould(facts) ??
    noneThatTakesJobs(facts) ??
    ownerLimit(facts) ??
    onlyAvoided(facts) ??
    inLine(facts)
  )
}

function toOnItsWay({ hosts, nowMs }: WhyFacts, hostId: string): Reason {
  const host = hosts.find(({ view }) => view.id === hostId)
  if (host && !isDriven(host)) {
    const since = toClock(Date.parse(host.view.since), nowMs)
    const text = `It has a slot of ${hostId}, which no worker has driven since ${since}; it goes to another host soon.`
    return { code: 'host_away', text }
  }
  return { code: 'on_its_way', text: `It has a slot of ${hostId} and is next there.` }
}

function toDeferred({ standing, nowMs }: WhyFacts): Reason {
  const { until, attempt } = standing
  const last = attempt?.failures.at(-1)
  const when =
    until === null || until <= nowMs
      ? 'it begins again in a moment'
      : `not before ${toClock(until, nowMs)}`
  const what = last ? `${toFailureText(last)}: it is tried again` : 'it was put back'
  return { code: 'deferred', text: toSentence([`${what}, ${when}`]), until }
}

function toFailureText({ attempt, cause, hostId }: FailedAttempt): string {
  return `attempt ${attempt} on ${hostId} failed (${toCauseText(cause)})`
}

function noHost({ hosts, nowMs }: WhyFacts): Reason | null {
  if (hosts.length === 0) {
    const text =
      'No host is known yet: no worker has reported one. A worker with COMFYUI_HOSTS or SAFELIGHT_HOSTS_FILE brings them.'
    return { code: 'no_host', text }
  }
  if (hosts.some(isDriven)) return null
  const last = Math.max(...hosts.map(({ view }) => Date.parse(view.since)))
  return {
    code: 'no_worker',
    text: `No worker is alive: the last word of one was ${toSpan(nowMs - last)} ago, of ${count(hosts.length, 'host')}.`,
  }
}

function noneThatCould({ hosts, snapshot }: WhyFacts): Reason | null {
  const { pool } = snapshot
  const inPool = hosts.filter((host) => host.inPool)
  if (inPool.length === 0) {
    const none =
      hosts.length === 1 ? 'the only host does not have' : `none of ${hosts.length} hosts has`
    const labels = hosts.flatMap(({ view }) => view.labels)
    const text = `Needs pool ${pool ?? ''}: ${none} that label${likeIt(pool ?? '', labels)}.`
    return { code: 'no_host_of_pool', text }
  }
  if (inPool.some(({ lacks }) => lacks.length === 0)) return null
  const of = pool === null ? '' : ` of pool ${pool}`
  const [first, ...rest] = inPool
  const common = (first?.lacks ?? []).filter((what) =>
    rest.every(({ lacks }) => lacks.includes(what)),
  )
  if (common.length > 0) return { code: 'no_host_has', text: `No host${of} has ${toList(common)}.` }
  const each = inPool.map(({ view, lacks }) => `${view.id} lacks ${toList(lacks)}`)
  return { code: 'no_host_has', text: `No host${of} has all that it needs: ${toList(each, '; ')}.` }
}

function noneThatTakesJobs(facts: WhyFacts): Reason | null {
  const able = ableHosts(facts)
  if (able.some(isTaking)) return null
  const each = able.map((host) => `${host.view.id} ${toStateText(host, facts.nowMs)}`)
  const those =
    able.length === 1
      ? 'The only host that could run it takes no'
      : `None of the ${able.length} hosts that could run it takes`
  return { code: 'hosts_unavailable', text: `${those} jobs now: ${toList(each, '; ')}.` }
}

function ownerLimit({ standing, ownerLimit: limit, snapshot }: WhyFacts): Reason | null {
  if (limit === null || standing.ownerRunning < limit) return null
  const has = `Owner ${snapshot.owner} has ${count(standing.ownerRunning, 'job')} on hosts, as many as one owner may at a time`
  return { code: 'owner_limit', text: `${has}: it goes on when one of them has ended.` }
}

function onlyAvoided(facts: WhyFacts): Reason | null {
  const { standing, nowMs } = facts
  const taking = ableHosts(facts).filter(isTaking)
  if (taking.some(({ avoided }) => !avoided)) return null
  const until = standing.needs.avoidUntil
  const last = standing.attempt?.failures.at(-1)
  const those = toList(taking.map(({ view }) => view.id))
  const when = until === null ? '' : ` until ${toClock(until, nowMs)}`
  const why = last ? toFailureText(last) : `it failed on ${those}`
  return {
    code: 'avoiding_hosts',
    text: toSentence([why, `rather than go back to ${those} it waits for another host${when}`]),
    until,
  }
}

function inLine(facts: WhyFacts): Reason {
  const { standing, beginsInMs, snapshot, nowMs } = facts
  const ahead = standing.position?.ahead ?? 0
  const isFree = ableHosts(facts).some((host) => isTaking(host) && !host.avoided && !isFull(host))
  const startBy = startByOf(snapshot)
  const overtaken = standing.overtaken
  const parts = [
    ahead > 0 ? toAheadText(facts, ahead) : 'next in line',
    toHostsText(facts),
    overtaken > 0
      ? `passed over ${count(overtaken, 'time')} for jobs whose models were in place`
      : null,
    ahead === 0 && isFree ? 'a worker takes it in a moment' : null,
    beginsInMs !== null && beginsInMs > 0 ? `should begin in about ${toSpan(beginsInMs)}` : null,
    startBy === null ? null : `expires if it has not begun by ${toClock(startBy, nowMs)}`,
  ]
  const code = ahead > 0 ? 'behind_others' : isFree ? 'next' : 'fleet_busy'
  return { code, text: toSentence(parts) }
}

/** `behind 12 jobs, 9 of them of owner a`; of a long line only the first are known by their owners. */
function toAheadText({ standing }: WhyFacts, ahead: number): string {
  const { byOwner, counted } = standing.ahead
  const [most] = [...byOwner].sort((one, other) => other[1] - one[1])
  const behind = `behind ${count(ahead, 'job')}`
  if (!most) return behind
  const [owner, jobs] = most
  const isAll = jobs === ahead
  if (isAll) return `${behind} of owner ${owner}`
  return `${behind}, ${counted < ahead ? 'at least ' : ''}${jobs} of them of owner ${owner}`
}

/** `needs pool b: 2 hosts, both busy` */
function toHostsText(facts: WhyFacts): string {
  const able = ableHosts(facts)
  const words = able.map((host) => {
    if (!isTaking(host)) return host.view.state
    if (host.avoided) return 'avoided'
    return isFull(host) ? 'busy' : 'free'
  })
  const { pool } = facts.snapshot
  const inPool = facts.hosts.filter((host) => host.inPool)
  const lacking = inPool.length - able.length
  const needs = pool === null ? '' : `needs pool ${pool}: `
  const other = lacking > 0 ? `, ${lacking} without what it needs` : ''
  return `${needs}${count(able.length, 'host')}, ${toTally(words)}${other}`
}

/** Of its pool, with all that it needs. */
function ableHosts({ hosts }: WhyFacts): FactsHost[] {
  return hosts.filter(({ inPool, lacks }) => inPool && lacks.length === 0)
}

const isDriven = ({ view }: FactsHost) => view.workers.length > 0
const isTaking = ({ view }: FactsHost) => takesPrompts(view.state)
const isFull = ({ view, taken }: FactsHost) => taken >= view.slots

/** `is draining since 09:12 UTC (new driver)` */
export function toStateText({ view }: FactsHost, nowMs: number): string {
  const since = toClock(Date.parse(view.since), nowMs)
  const reason = toLine(view.reason.message).replace(/\.$/, '')
  return `is ${view.state} since ${since} (${toInner(reason)})`
}
