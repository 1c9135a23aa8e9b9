/** Jobs on hosts: each has its ticket there, and a host that nobody drives gives its jobs back. */
import { takesPrompts } from '@safelight/shared'
import type { JobOnHost } from '../backlog/whereabouts.ts'
import { promptIdOf } from '../derived-id.ts'
import type { Claim } from '../job-store.ts'
import { HOST_STAGES, type HostStage } from '../queues/tickets.ts'
import type { ReconcilerDeps } from './reconciler.ts'

export interface HostsFound {
  tickets: number
  undriven: number
}

interface Memory {
  undrivenSince: Map<string, number>
  nowMs: number
}

interface JobsOfStage {
  hostId: string
  stage: HostStage
  jobs: readonly JobOnHost[]
}

export async function reconcileHosts(deps: ReconcilerDeps, memory: Memory): Promise<HostsFound> {
  const { backlog, hosts } = deps
  const listed = await hosts.list()
  const views = listed.filter(({ workers }) => workers.length > 0)
  const known = new Set(listed.map(({ id }) => id))
  const driven = new Set(views.map(({ id }) => id))
  // while there is no other, waiting for it costs nothing: its prompt may have gone on all the while
  const elsewhere = views.find(({ state }) => takesPrompts(state))?.id
  const found: HostsFound = { tickets: 0, undriven: 0 }
  const named = new Set(await backlog.hosts())
  // another process may have forgotten it
  for (const hostId of memory.undrivenSince.keys())
    if (!named.has(hostId)) memory.undrivenSince.delete(hostId)
  for (const hostId of named) {
    const jobs = {
      execute: await backlog.dispatched(hostId),
      collect: await backlog.collecting(hostId),
    }
    if (!known.has(hostId) && (await forget(deps, hostId))) {
      memory.undrivenSince.delete(hostId)
      continue
    }
    if (driven.has(hostId)) memory.undrivenSince.delete(hostId)
    const since = memory.undrivenSince.get(hostId) ?? memory.nowMs
    if (!driven.has(hostId)) memory.undrivenSince.set(hostId, since)
    const isLeft = !driven.has(hostId) && memory.nowMs - since >= deps.adoptWaitMs
    await releaseEnded(deps, [...jobs.execute, ...jobs.collect])
    for (const stage of HOST_STAGES) {
      const there = { hostId, stage, jobs: jobs[stage] }
      if (isLeft && elsewhere !== undefined)
        found.undriven += await giveBack(deps, there, elsewhere)
      else found.tickets += await (stage === 'collect' ? addCollects : addMissing)(deps, there)
    }
  }
  return found
}

/** Hosts come and go under ever new names: of one that nobody has reported for a day, and that has no job, nothing is left. */
async function forget({ backlog, tickets }: ReconcilerDeps, hostId: string): Promise<boolean> {
  if (!(await backlog.forgetHost(hostId))) return false
  await tickets.forgetHost(hostId)
  return true
}

/** A worker of an older version that ends a job does not free its slot. What was released is seen in the next round. */
async function releaseEnded(
  { backlog }: ReconcilerDeps,
  jobs: readonly JobOnHost[],
): Promise<void> {
  const jobIds = jobs.map(({ jobId }) => jobId)
  const where = jobIds.length > 0 ? await backlog.locate(jobIds) : []
  await backlog.release(jobIds.filter((_, at) => where[at]?.place === 'ended'))
}

async function addMissing(
  { tickets }: ReconcilerDeps,
  { hostId, stage, jobs }: JobsOfStage,
): Promise<number> {
  if (jobs.length === 0) return 0
  const missing = await tickets.missing(hostId, stage, jobs)
  for (const job of missing) {
    // one that has failed stands in the way of the next of the same name
    await tickets.removeFromHost(hostId, stage, job)
    await tickets.addToHost(hostId, stage, job)
  }
  return missing.length
}

/** Most are carried away under the ticket by which they were executed. */
async function addCollects(deps: ReconcilerDeps, there: JobsOfStage): Promise<number> {
  const { hostId, jobs } = there
  if (jobs.length === 0) return 0
  const missing = await deps.tickets.missing(hostId, 'execute', jobs)
  for (const { jobId } of missing) await deps.backlog.loseTicket(jobId)
  return await addMissing(deps, { ...there, jobs: missing })
}

/** A worker that holds the ticket drives the host, whatever it has reported: its job stays where it is. */
async function giveBack(
  deps: ReconcilerDeps,
  { hostId, stage, jobs }: JobsOfStage,
  elsewhere: string,
): Promise<number> {
  const { store, tickets, log } = deps
  let count = 0
  for (const job of jobs) {
    const { jobId } = job
    if (!(await tickets.removeFromHost(hostId, stage, job))) continue
    if (stage === 'collect') {
      if (!(await tickets.removeFromHost(hostId, 'execute', job))) continue
      await deps.backlog.loseTicket(jobId)
    }
    // whoever had it, and comes back yet, is refused from here on
    const claim = await store.claim(jobId, { hostId, stage })
    if (!claim) continue
    await (stage === 'collect'
      ? collectElsewhere(deps, claim, elsewhere)
      : runElsewhere(deps, claim))
    log.warn({ jobId, hostId, stage }, 'nobody drives the host: job given back')
    count += 1
  }
  return count
}

/** What it made is still there, or is said to be lost by whoever cannot fetch it. */
async function collectElsewhere(
  { store, backlog, tickets }: ReconcilerDeps,
  { token, snapshot }: Claim,
  elsewhere: string,
): Promise<void> {
  const { jobId } = snapshot
  await store.putDown(jobId, token)
  const job = await backlog.toCollect(jobId, token, elsewhere)
  if (job) await tickets.addToHost(elsewhere, 'collect', job)
}

/** Its prompt may run there yet: whoever begins it anew stops that first, or whoever reaches the host again. */
async function runElsewhere(
  { store, backlog, tickets, orphans }: ReconcilerDeps,
  { token, snapshot, lastAttempt }: Claim,
): Promise<void> {
  const { jobId } = snapshot
  if (lastAttempt && snapshot.status === 'running' && lastAttempt.attempt === snapshot.attempt) {
    const { attempt, hostId, promptId, failures } = lastAttempt
    const at = await store.now()
    const lost = { attempt, hostId, cause: 'host_unavailable', orphaned: true, at } as const
    // noted already by one that died before it came any further: the host is lost once
    if (failures.at(-1)?.attempt !== attempt)
      await store.saveAttempt(jobId, token, { ...lastAttempt, failures: [...failures, lost] })
    await orphans.add(hostId, {
      promptId: promptIdOf(jobId, attempt),
      knownPromptId: promptId,
    })
  }
  const result = await store.append(
    jobId,
    ({ status }) =>
      status === 'running' ? { type: 'status', status: 'queued', phase: null, hostId: null } : null,
    { token },
  )
  await store.putDown(jobId, token)
  if (!('snapshot' in result)) return
  if ((await backlog.putBack(jobId, { token })) !== 'waiting') return
  const { pool } = result.snapshot
  await tickets.announceAgain({ jobId, pool })
}
